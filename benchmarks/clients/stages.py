"""What each stage of the typed path costs, without sockets and loops; and how messages grow.

The bytes come in reads of 64 KiB, and what a read brought is let go before the next one.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from time import process_time
from typing import Any

from amisdk.login import Credentials
from amisdk.models import OutputReply
from amisdk.options import Options
from amisdk.session import Session
from amisdk.subscriptions import Dispatcher, Subscription
from amisdk.wire import Framer, Limits
from benchmarks.clients.measure import cpu

READ = 65536
GREETING = b"Asterisk Call Manager/11.0.0\r\n"
asked: dict[str, Any] = json.loads(sys.argv[1])
data = Path(asked["replay"]).read_bytes()
reads = [data[start : start + READ] for start in range(0, len(data), READ)]
classes = Options(username="bench", secret="secret").event_classes()


def floor() -> float:
    """Return the CPU seconds of splitting every line into key and value, and nothing else.

    What a client in pure Python costs above this is its own doing.
    """
    rest = b""
    before: float = cpu()
    for read in reads:
        whole, _, rest = (rest + read).rpartition(b"\r\n\r\n")
        for text in whole.decode().split("\r\n\r\n"):
            pairs = {}
            for line in text.split("\r\n"):
                key, _, value = line.partition(": ")
                pairs[key] = value
    return cpu() - before


def dispatcher_with(deliver: Any, *names: str) -> Dispatcher:
    """Return a dispatcher with one subscription."""
    dispatcher = Dispatcher()
    dispatcher.add(Subscription.of(deliver, names, "unsolicited"))
    return dispatcher


def stages() -> dict[str, float]:
    """Return the CPU seconds of each stage."""
    spent = dict.fromkeys(("frame", "name", "make", "deliver"), 0.0)
    waiting: list[object] = []
    dispatcher = dispatcher_with(waiting.append)
    framer = Framer()
    framer.feed(GREETING)
    for read in reads:
        times = [process_time()]
        frames = framer.feed(read)
        times.append(process_time())
        named = []
        for frame in frames:
            if frame.startswith("Event: "):
                name = frame[7 : frame.find("\r\n", 7)]
                named.append((classes[name], frame, dispatcher.route(name).unsolicited))
        times.append(process_time())
        events = [cls.from_frame(frame) for cls, frame, _ in named]
        times.append(process_time())
        for (_, _, wanting), event in zip(named, events, strict=True):
            dispatcher.deliver(wanting, event)
        times.append(process_time())
        waiting.clear()
        for number, stage in enumerate(spent):
            spent[stage] += times[number + 1] - times[number]
    return spent


def whole(dispatcher: Dispatcher, after: Any) -> float:
    """Return the CPU seconds that a session takes for all of it."""
    session = Session(
        Credentials("bench", "secret", auth="plain"),
        classes,
        dispatcher,
        on_open=lambda _: None,
        on_close=lambda _: None,
        clock=process_time,
    )
    session.receive_data(GREETING)
    action_id = session.data_to_send().partition(b"ActionID: ")[2].partition(b"\r\n")[0]
    accepted = b"Response: Success\r\nActionID: " + action_id + b"\r\nMessage: accepted\r\n\r\n"
    session.receive_data(accepted + b"Event: FullyBooted\r\nStatus: Fully Booted\r\n\r\n")
    assert session.state.name == "READY", session.state
    before: float = cpu()
    for read in reads:
        session.receive_data(read)
        after()
    return cpu() - before


def message(size: int) -> float:
    """Return the CPU seconds that one message of so many bytes takes, from bytes to reply."""
    line = b"Output: " + b"x" * 70 + b"\r\n"
    lines = line * (size // len(line))
    wire = b"Response: Success\r\nActionID: 1\r\nMessage: Command output follows\r\n" + lines
    wire += b"\r\n"
    parts = [wire[start : start + READ] for start in range(0, len(wire), READ)]
    framer = Framer(limits=Limits(message=2 * size, headers=size))
    framer.feed(GREETING)
    before: float = cpu()
    frames = [frame for part in parts for frame in framer.feed(part)]
    reply = OutputReply.from_frame(frames[0])
    spent = cpu() - before
    assert reply.output is not None
    assert len(reply.output) == size // len(line)
    return spent


box: list[object] = []
stages()  # what only the first event of a name costs is not counted
spent = stages()
spent["floor"] = floor()
spent["whole"] = whole(dispatcher_with(box.append), box.clear)
spent["nobody"] = whole(dispatcher_with(box.append, "NeverHeardOf"), box.clear)
messages = {f"{size} MB": min(message(size * 1_000_000) for _ in range(3)) for size in (4, 16)}
print(json.dumps({**spent, **messages}))
