"""What a fuzzer feeds: functions that take any bytes, and raise where a promise is broken.

Only errors of `amisdk.errors` may come of bytes, and only where they are documented. The first
byte chooses the target, so that one corpus serves them all.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from amisdk_models import registry

from amisdk import RawAction, actions
from amisdk.errors import ActionFailed, AmiError, DuplicateActionID, InvalidAction, NotSent
from amisdk.exchange import Exchange, failure
from amisdk.headers import Headers, split_header
from amisdk.models import Message, OutputReply, Reply, TextReply
from amisdk.session import State
from amisdk.wire import MAX_HEADERS, MAX_LINE, Framer, Limits, encode
from tests.amisdk.talk import GREETING, Talk

__all__ = ["MARK", "SHAPES", "TARGETS", "feed"]

MARK = b"\xff\xff"
"""Parts one piece of an input from the next; no text has it."""
ENCODINGS = ("utf-8", "latin-1", "ascii", "cp1252", "gb18030", "big5", "euc_kr", "shift_jis")
SHAPES: tuple[Any, ...] = (
    actions.Ping(),
    actions.QueueStatus(),
    actions.Command(command="x"),
    RawAction("OfMyOwn"),
    actions.Queues(),
    actions.WaitEvent(timeout=5),
    actions.IAXpeers(),
    actions.Originate(channel="PJSIP/1", application="Echo", async_=True),
    actions.Getvar(variable="x"),
    actions.GetConfig(filename="x"),
    actions.FAXStats(),
    actions.Events(event_mask="on"),
    actions.Filter(operation="Add", filter="x"),
    actions.UserEvent(user_event="x"),
)
"""An action of each way to be answered; in `talking`, its number here is its ActionID."""
EVENTS = tuple(registry.EVENTS)
REPLIES = tuple(action.ami.reply for action in map(registry.ACTIONS.__getitem__, registry.ACTIONS))


def feed(data: bytes) -> None:
    """Give an input to the target that its first byte names."""
    if data:
        TARGETS[data[0] % len(TARGETS)](data[1:])


def framing(data: bytes) -> None:
    """Any cuts of any bytes give the same frames, and the same error."""
    if len(data) < 6:
        return
    encoding = ENCODINGS[data[0] % len(ENCODINGS)]
    limits = Limits(message=data[1] + 1, headers=data[2] % 16 + 1, greeting=64)
    cuts, data = [data[3], data[3] + data[4] % 8], data[5:]
    if cuts[0] % 4:
        data = GREETING + data
    whole = outcome(Framer(encoding, limits), [data])
    step = data[-1] % 4 + 1 if data else 1
    for marks in ([0, *sorted(cuts), len(data)], [*range(0, len(data), step), len(data)]):
        pieces = [data[start:end] for start, end in pairwise(marks)]
        assert outcome(Framer(encoding, limits), pieces) == whole
    assert whole[2] is None or issubclass(whole[2], AmiError)


def outcome(framer: Framer, pieces: list[bytes]) -> tuple[list[str], str | None, Any]:
    frames = [frame for piece in pieces for frame in framer.feed(piece)]
    return frames, framer.greeting, type(framer.error) if framer.error else None


def talking(data: bytes) -> None:
    """A session with actions of many shapes in flight is told anything, and does anything."""
    talk = Talk(keepalive=15.0, max_message=3000)
    taken = talk.subscribe(include="all")
    made: list[Exchange[Any]] = []
    given_up: set[Exchange[Any]] = set()

    def send(shape: int, later: bool) -> None:
        options: dict[str, Any] = {"action_id": str(shape), "timeout": 5.0}
        try:
            made.append(talk.queue(SHAPES[shape], until_later=later, **options))
        except DuplicateActionID:
            assert talk.session.state is State.READY
        except NotSent:
            assert talk.session.state is not State.READY

    for shape in range(len(SHAPES)):
        if int.from_bytes(data[:2], "big") >> shape & 1:
            send(shape, later=bool(shape % 2))
    talk.said()
    for piece in data[2:].split(MARK):
        match piece[:1]:
            case b"\x01":
                talk.wait(6)
            case b"\x02":
                send(piece[-1] % len(SHAPES), later=len(piece) > 2)
            case b"\x03" if made:
                exchange = made[piece[-1] % len(made)]
                if not exchange.done:
                    given_up.add(exchange)
                    talk.session.abandon(exchange)
            case b"\x04":
                talk.session.leave(1.0)
            case b"\x05":
                talk.session.receive_eof()
            case b"\x06":
                talk.session.reading(len(piece) % 2 == 0)
            case b"\x07":
                talk.said()
            case _:
                talk.session.receive_data(piece)
    talk.session.close()
    told = [one for one in made if one not in given_up]
    assert sorted(map(id, talk.done)) == sorted(map(id, told)), "each once"
    assert talk.session.pending == 0
    assert talk.session.next_deadline() is None
    assert len(talk.closed) == 1
    assert talk.closed[0] is None or isinstance(talk.closed[0], AmiError)
    for exchange in talk.done:
        assert exchange.error is None or isinstance(exchange.error, AmiError)
        if exchange.reply is not None:
            belongs(exchange, exchange.reply)
            look(exchange.reply)
    for event in taken:
        look(event)


def belongs(exchange: Exchange[Any], reply: Reply) -> None:
    """Assert that a reply was meant for its action, and that it stands for an error of ours."""
    if not isinstance(reply, TextReply):
        assert reply.headers.get("ActionID") == exchange.action_id
    error = failure(exchange)
    assert error is None or isinstance(error, ActionFailed)


def look(message: Message) -> None:
    """Read all that a message tells."""
    pairs = list(message.headers)
    assert set(message.extra_headers) <= set(pairs)
    for issue in message.issues:
        assert issue.field in type(message).model_fields
    assert message == message.model_copy()
    assert hash(message) == hash(message.model_copy())
    repr(message)
    for name in ("categories", "pairs", "text", "items", "end", "event"):
        getattr(message, name, None)


def reading(data: bytes) -> None:
    """Any frame becomes an object of any class of events or replies, and no header is lost."""
    if len(data) < 3:
        return
    number, text = int.from_bytes(data[:2], "big"), data[2:].decode("utf-8", "surrogateescape")
    classes: tuple[Any, ...] = REPLIES if number % 2 else EVENTS
    chosen = classes[number // 2 % len(classes)]
    kind: type[Message] = registry.EVENTS[chosen] if isinstance(chosen, str) else chosen
    frame = text.replace("\r\n\r\n", "\r\n")
    message = kind.from_frame(frame)
    if not issubclass(kind, OutputReply):  # it has two forms
        assert len(message.headers) == frame.count("\r\n") + 1
    look(message)


def text_of(data: bytes) -> str:
    """Return a text, of the kinds that a program may have; half a surrogate pair too."""
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return data.decode("utf-8", "surrogateescape")


def writing(data: bytes) -> None:
    """What is written is one message that reads back, or nothing is written."""
    encoding = ENCODINGS[data[0] % len(ENCODINGS)] if data else "utf-8"
    name, *rest = [text_of(piece) for piece in data[1:].split(MARK)]
    action_id = rest.pop(0) if rest else ""
    pairs = list(zip(rest[::2], rest[1::2], strict=False))
    try:
        written = encode(name, action_id, pairs, encoding)
    except InvalidAction:
        return
    lines = written.removesuffix(b"\r\n\r\n").split(b"\r\n")
    assert written == b"\r\n".join(lines) + b"\r\n\r\n"
    assert len(lines) == len(pairs) + 2 <= MAX_HEADERS
    assert max(map(len, lines)) <= MAX_LINE
    assert not set(b"".join(lines)) & set(b"\r\n\0")
    framer = Framer(encoding)
    [frame] = framer.feed(GREETING + written)
    if encoding == "utf-8" and not any("\ud800" <= one <= "\udfff" for one in frame):
        expected = Headers([("Action", name), ("ActionID", action_id), *pairs])
        assert Headers(map(split_header, frame.split("\r\n"))) == expected


TARGETS: tuple[Callable[[bytes], None], ...] = (framing, talking, reading, writing)
