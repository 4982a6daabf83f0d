"""The server that all clients are measured with, in a process of its own.

``python -m benchmarks.server REPLAY`` prints its two ports on 127.0.0.1, the manager's and the one
for orders, and ends when its input does. It lets everybody in, plain or by challenge, answers what
it is asked, and streams the replay when it is ordered to. What a client asks meanwhile is answered
behind the stream. Orders are lines, each answered by a line:

- ``go``: stream the replay to the client that logged in last.
- ``list N``: answer CoreShowChannels with N items from now on.
"""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

__all__ = ["Bench", "headers_of", "listing"]

GREETING = b"Asterisk Call Manager/11.0.0\r\n"
BOOTED = b"Event: FullyBooted\r\nPrivilege: system,all\r\nStatus: Fully Booted\r\n\r\n"
CHUNK = 1 << 20
ITEM = (
    "Event: CoreShowChannel\r\nActionID: {id}\r\nChannel: PJSIP/6001-{n:08x}\r\n"
    "ChannelState: 6\r\nChannelStateDesc: Up\r\nCallerIDNum: 6001\r\nCallerIDName: Alice Archer\r\n"
    "ConnectedLineNum: 6002\r\nConnectedLineName: Bob Baker\r\nLanguage: en\r\nAccountCode: \r\n"
    "Context: office\r\nExten: 6002\r\nPriority: 3\r\nUniqueid: 1795629913.{n}\r\n"
    "Linkedid: 1795629913.{n}\r\nApplication: Dial\r\nApplicationData: PJSIP/6002,30\r\n"
    "Duration: 00:01:40\r\nBridgeId: 5f0a3b6e-7a54-4f0e-9a4e-{n:012x}\r\n\r\n"
)


def headers_of(request: bytes) -> dict[str, str]:
    """Read a request; names are in lower case."""
    lines = request.decode("utf-8", "replace").split("\r\n")
    pairs = (line.partition(":") for line in lines)
    return {key.strip().lower(): value.strip() for key, _, value in pairs}


def listing(action_id: str, items: int) -> bytes:
    """Return the answer to CoreShowChannels."""
    start = f"Response: Success\r\nActionID: {action_id}\r\nEventList: start\r\n"
    parts = [f"{start}Message: Channels will follow\r\n\r\n"]
    parts += [ITEM.format(id=action_id, n=number) for number in range(items)]
    end = f"Event: CoreShowChannelsComplete\r\nActionID: {action_id}\r\nEventList: Complete\r\n"
    parts.append(f"{end}ListItems: {items}\r\n\r\n")
    return "".join(parts).encode()


class _Session:
    """One client."""

    def __init__(self, bench: Bench, connection: socket.socket) -> None:
        self._bench = bench
        self._connection = connection
        self._writing = threading.Lock()

    def stream(self, data: memoryview, begun: Callable[[], object]) -> None:
        """Send the replay; whatever else is to be sent from `begun` on waits."""
        with self._writing, suppress(OSError):  # it may go in the middle
            begun()
            for start in range(0, len(data), CHUNK):
                self._connection.sendall(data[start : start + CHUNK])

    def serve(self) -> None:
        """Answer until the client goes."""
        with self._connection as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.sendall(GREETING)
            rest = b""
            with suppress(OSError):
                while data := connection.recv(65536):
                    *requests, rest = (rest + data).split(b"\r\n\r\n")
                    answers = b"".join(map(self._answer, requests))
                    with self._writing:
                        connection.sendall(answers)

    def _answer(self, request: bytes) -> bytes:
        asked = headers_of(request)
        action_id = asked.get("actionid", "")
        head = f"Response: Success\r\nActionID: {action_id}\r\n"
        match asked.get("action", "").lower():
            case "ping":
                return f"{head}Ping: Pong\r\nTimestamp: 1795629913.123456\r\n\r\n".encode()
            case "challenge":
                return f"{head}Challenge: 123456789\r\n\r\n".encode()
            case "login":
                self._bench.newest = self
                accepted = f"{head}Message: Authentication accepted\r\n\r\n"
                return accepted.encode() + BOOTED
            case "coresettings":
                return f"{head}AsteriskVersion: 22.10.1\r\n\r\n".encode()
            case "coreshowchannels":
                return listing(action_id, self._bench.items)
            case "logoff":
                return f"Response: Goodbye\r\nActionID: {action_id}\r\n\r\n".encode()
            case _:
                return f"{head}Message: Done\r\n\r\n".encode()


class Bench:
    """The server's two listeners and what they share."""

    def __init__(self, replay: memoryview) -> None:
        self._replay = replay
        self.items = 0
        self.newest: _Session | None = None
        self._manager = socket.create_server(("127.0.0.1", 0))
        self._orders = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._manager.getsockname()[1]
        self.control: int = self._orders.getsockname()[1]

    def start(self) -> None:
        """Serve in threads that end with the process, or after `close`."""
        for listener, serve in ((self._manager, self._serve), (self._orders, self._obey)):
            threading.Thread(target=self._accept, args=(listener, serve), daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        for listener in (self._manager, self._orders):
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()

    def _accept(self, listener: socket.socket, serve: Callable[[socket.socket], None]) -> None:
        while True:
            try:
                connection = listener.accept()[0]
            except OSError:
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        _Session(self, connection).serve()

    def _obey(self, connection: socket.socket) -> None:
        def done() -> None:
            connection.sendall(b"ok\n")

        with connection, connection.makefile("r") as lines:
            for line in lines:
                order, _, number = line.strip().partition(" ")
                if order == "go" and self.newest is not None:
                    self.newest.stream(self._replay, done)
                else:
                    self.items = int(number)
                    done()


def main() -> int:
    """Serve the replay that the command names."""
    bench = Bench(memoryview(Path(sys.argv[1]).read_bytes()))
    bench.start()
    print(bench.port, bench.control, flush=True)
    sys.stdin.read()
    bench.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
