"""SIP telephones for the live tests: they register, subscribe, call, answer, hold and transfer.

Why they are not ready-made: sipp plays a scenario that is fixed when it starts, and cannot be told
what to do when a test has seen an event; baresip can, but as Debian has it (1.0 and 1.1) it neither
joins two calls nor keeps silent nor plays the registrar, and the newer one asks for the state of a
mailbox in an endless loop. What the tests need of SIP is little:

- UDP on loopback, where nothing is lost: a phone sends nothing twice. What the server sends twice
  gets the same answer twice.
- A demand for credentials is met once for each request, if there is a password.
- Calls carry no sound. Their media port takes what comes, and nobody reads it.
"""

import asyncio
import itertools
import re
import secrets
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from hashlib import md5
from typing import Self
from urllib.parse import quote

from tests.live.asterisk import Server

__all__ = ["SECRETS", "Call", "Message", "Phone", "phone_of"]

SECRETS = {
    "6001": "alice",
    "6002": "bob",
    "6004": "judy",
    "6005": "mallory",
    "7001": "erin",
    "7002": "frank",
    "7003": "karl",
    "7004": "laura",
    "7005": "mallory",
}
"""The passwords of the phones in pjsip.conf (6...) and sip.conf (7...)."""

HOST = "127.0.0.1"
PATIENCE = 10.0
"""Seconds that a phone waits for an answer, and a test for a request."""

ADDRESS = r"<([^>]+)>"
TAG = r";tag=([^;>\s]+)"
PARAMETER = r'(\w+)=(?:"([^"]*)"|([^\s,]+))'

EXPIRES = 3600  # seconds
REASONS = {100: "Trying", 180: "Ringing", 200: "OK", 486: "Busy Here", 487: "Request Terminated"}


@dataclass(frozen=True)
class Message:
    """A SIP request or response."""

    start: str
    headers: tuple[tuple[str, str], ...]
    body: str = ""

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a datagram."""
        head, _, body = data.decode("utf-8", "replace").partition("\r\n\r\n")
        start, *lines = head.split("\r\n")
        headers = (line.partition(":") for line in lines)
        return cls(start, tuple((name.strip(), value.strip()) for name, _, value in headers), body)

    def __bytes__(self) -> bytes:
        body = self.body.encode()
        headers = (*self.headers, ("Content-Length", str(len(body))))
        lines = (self.start, *(f"{name}: {value}" for name, value in headers), "", "")
        return "\r\n".join(lines).encode() + body

    @property
    def status(self) -> int:
        """The number of a response, 0 for a request."""
        first, second, *_ = self.start.split(" ", 2)
        return int(second) if first == "SIP/2.0" else 0

    @property
    def method(self) -> str:
        """The method of a request, or of the request that a response belongs to."""
        return self["CSeq"].split()[1]

    @property
    def transaction(self) -> tuple[str, str]:
        """What a request has in common with its responses."""
        return _found(r"branch=([^;,\s]+)", self["Via"]), self.method

    def __getitem__(self, name: str) -> str:
        """Return the first header of this name; there must be one."""
        return next(self.all(name))

    def all(self, name: str) -> Iterator[str]:
        """Yield the headers of this name."""
        return (value for key, value in self.headers if key.lower() == name.lower())

    def get(self, name: str) -> str:
        """Return the first header of this name, or nothing."""
        return next(self.all(name), "")


@dataclass
class Dialog:
    """What requests of one dialog have in common; of a single request too."""

    local: str
    """From, as this side writes it."""
    remote: str
    """To, as this side writes it; with a tag once the dialog stands."""
    target: str
    """The address that requests go to."""
    call_id: str = field(default_factory=lambda: secrets.token_hex(8))
    sequence: int = 0

    def confirm(self, message: Message, remote: str) -> None:
        """Take over what the other side has added."""
        self.remote = remote
        self.target = _found(ADDRESS, message.get("Contact")) or self.target


class Call:
    """A call of a phone's, to the server or from it."""

    def __init__(self, phone: "Phone", dialog: Dialog, invite: Message) -> None:
        self.dialog = dialog
        self.invite = invite
        self.ended = asyncio.Event()
        self._phone = phone

    @property
    def replaces(self) -> str:
        """The value of a Replaces header by which another call takes the place of this one."""
        theirs, ours = _found(TAG, self.dialog.remote), _found(TAG, self.dialog.local)
        return f"{self.dialog.call_id};to-tag={theirs};from-tag={ours}"

    def ring(self) -> None:
        """Ring, for a call from the server."""
        self._phone.respond(self.invite, 180, to=self.dialog.local)

    def answer(self) -> None:
        """Answer a call from the server."""
        self._phone.respond(self.invite, 200, to=self.dialog.local, body=self._phone.sdp())

    def decline(self, status: int = 486) -> None:
        """Turn down a call from the server."""
        self._phone.respond(self.invite, status, to=self.dialog.local)
        self.ended.set()

    async def hold(self, *, on: bool = True) -> None:
        """Put the server on hold, or take it back."""
        sdp = self._phone.sdp("sendonly" if on else "sendrecv")
        await self._phone.ask("INVITE", self.dialog, body=sdp, status=200)

    async def send(self, method: str, *headers: tuple[str, str], body: str = "") -> Message:
        """Send a request within the call and return the answer."""
        return await self._phone.ask(method, self.dialog, *headers, body=body)

    async def transfer(self, target: "str | Call") -> Message:
        """Ask the server to send the other party to an extension, or to another call's party."""
        if isinstance(target, Call):
            uri = _found(ADDRESS, target.dialog.remote)
            uri += f"?Replaces={quote(target.replaces, safe='')}"
        else:
            uri = self._phone.uri(target)
        return await self.send("REFER", ("Refer-To", f"<{uri}>"))

    async def hang_up(self) -> None:
        """End the call; harmless if it has ended."""
        if not self.ended.is_set():
            self.ended.set()
            await self.send("BYE")


class Phone(asyncio.DatagramProtocol):
    """A SIP telephone; use it as ``async with Phone.at(...)``.

    Args:
        server: Host and port of the server.
        user: The phone's name there.
        password: Its password; without, it gives challenges back as the answer.
    """

    def __init__(self, server: tuple[str, int], user: str, password: str = "") -> None:
        self.server = server
        self.user = user
        self.password = password
        self.requests: list[Message] = []
        """What the server has asked for, but for repetitions and ACKs."""
        self.calls: list[Call] = []
        """The calls that the server has made."""
        self.answers: dict[str, int] = {}
        """What requests of a method are answered with, instead of 200."""
        self.silent = False
        """Whether to take no notice of anything."""
        self._transport: asyncio.DatagramTransport | None = None
        self._media = socket.socket(type=socket.SOCK_DGRAM)
        self._versions = itertools.count(1)  # chan_sip takes no notice of what is not newer
        self._changed = asyncio.Event()
        self._pending: dict[tuple[str, str], asyncio.Queue[Message]] = {}
        self._answered: dict[tuple[str, str], Message] = {}
        self._dialogs: dict[str, Call] = {}
        self._registration: Dialog | None = None
        self._subscriptions: list[tuple[str, Dialog]] = []

    @classmethod
    @asynccontextmanager
    async def at(
        cls, server: tuple[str, int], user: str, password: str = "", *, port: int = 0
    ) -> AsyncIterator[Self]:
        """Switch a phone on, and off at the end: nothing of it stays at the server."""
        loop = asyncio.get_running_loop()
        phone = cls(server, user, password)
        address = (HOST, port)
        phone._transport, _ = await loop.create_datagram_endpoint(lambda: phone, local_addr=address)
        try:
            phone._media.bind((HOST, 0))
            yield phone
        finally:
            phone.silent = False
            try:
                await phone._leave()
            finally:
                phone._media.close()
                phone._transport.close()

    async def _leave(self) -> None:
        for call in self._dialogs.values():
            await call.hang_up()
        for event, dialog in self._subscriptions:
            await self.ask("SUBSCRIBE", dialog, ("Event", event), ("Expires", "0"))
        if self._registration is not None:
            await self.unregister()

    @property
    def address(self) -> tuple[str, int]:
        """Where the phone is."""
        assert self._transport is not None
        host, port = self._transport.get_extra_info("sockname")
        return host, port

    @property
    def contact(self) -> str:
        """The address that the phone registers."""
        return f"sip:{self.user}@{self.address[0]}:{self.address[1]}"

    def uri(self, exten: str) -> str:
        """Return the address of an extension of the server's."""
        return f"sip:{exten}@{self.server[0]}:{self.server[1]}"

    def sdp(self, direction: str = "sendrecv") -> str:
        """Return a description of the phone's media."""
        host, port = self._media.getsockname()
        lines = (
            "v=0",
            f"o=- 1 {next(self._versions)} IN IP4 {host}",
            "s=-",
            f"c=IN IP4 {host}",
            "t=0 0",
            f"m=audio {port} RTP/AVP 0",
            "a=rtpmap:0 PCMU/8000",
            f"a={direction}",
        )
        return "".join(f"{line}\r\n" for line in lines)

    async def register(self, aor: str | None = None, *, expires: int = EXPIRES) -> Message:
        """Register, under the phone's own name if no other is given, and return the answer."""
        if self._registration is None or aor is not None:
            self._registration = self._dialog(aor or self.user)
            self._registration.target = f"sip:{self.server[0]}:{self.server[1]}"
        reply = await self.ask("REGISTER", self._registration, ("Expires", str(expires)))
        if reply.status != 200 or expires == 0:
            self._registration = None
        return reply

    async def unregister(self) -> Message:
        """End the registration and return the answer."""
        return await self.register(expires=0)

    async def subscribe(self, exten: str, event: str, *headers: tuple[str, str]) -> Message:
        """Subscribe to an extension's state, or a mailbox, and return the first notice of it."""
        dialog = self._dialog(exten)
        wanted = ("Event", event), ("Expires", str(EXPIRES)), *headers
        reply = await self.ask("SUBSCRIBE", dialog, *wanted, status=200)
        dialog.confirm(reply, reply["To"])
        self._subscriptions.append((event, dialog))
        return await self.asked("NOTIFY", lambda notice: notice["Call-ID"] == dialog.call_id)

    async def dial(self, exten: str, *headers: tuple[str, str]) -> Call:
        """Call an extension and return the call once it is answered."""
        call, reply = await self.try_to_dial(exten, *headers)
        assert call is not None, f"{exten}: {reply.start}"
        return call

    async def try_to_dial(
        self, exten: str, *headers: tuple[str, str]
    ) -> tuple[Call | None, Message]:
        """Call an extension and return the call if it is answered, and the answer."""
        dialog = self._dialog(exten)
        reply = await self.ask("INVITE", dialog, *headers, body=self.sdp())
        if reply.status != 200:
            return None, reply
        call = self._dialogs[dialog.call_id] = Call(self, dialog, reply)
        return call, reply

    async def rung(self) -> Call:
        """Return the first call that the server has made, once it is there."""
        await self._until(lambda: bool(self.calls), "no call came")
        return self.calls[0]

    async def asked(
        self, method: str, wanted: Callable[[Message], bool] = lambda _: True
    ) -> Message:
        """Return the first request of a method that is wanted, once it is there."""

        def found() -> Iterator[Message]:
            return (r for r in self.requests if r.method == method and wanted(r))

        await self._until(lambda: any(found()), f"no {method} came")
        return next(found())

    async def ask(
        self,
        method: str,
        dialog: Dialog,
        *headers: tuple[str, str],
        body: str = "",
        status: int | None = None,
    ) -> Message:
        """Send a request and return its final answer, which must have this status if one is given.

        A demand for credentials is met once.
        """
        reply = await self._try(method, dialog, headers, body)
        if reply.status in (401, 407) and self.password:
            proof = self._proof(reply, method, dialog.target)
            reply = await self._try(method, dialog, (*headers, proof), body)
        assert status in (None, reply.status), f"{method}: {reply.start}"
        return reply

    def respond(
        self, request: Message, status: int, *headers: tuple[str, str], to: str = "", body: str = ""
    ) -> None:
        """Answer a request; again, if it comes again."""
        start = f"SIP/2.0 {status} {REASONS.get(status, 'As You Wish')}"
        copied = [("Via", value) for value in request.all("Via")]
        copied += [(name, request[name]) for name in ("From", "Call-ID", "CSeq")]
        to = to or request["To"]
        if status > 100 and not _found(TAG, to):
            to += f";tag={secrets.token_hex(4)}"
        rest = [("To", to), *headers]
        if not any(name == "Contact" for name, _ in headers):
            rest.append(("Contact", f"<{self.contact}>"))
        if body:
            rest.append(("Content-Type", "application/sdp"))
        self._answered[request.transaction] = reply = Message(start, (*copied, *rest), body)
        self._send(reply)

    def datagram_received(self, data: bytes, _: tuple[str, int]) -> None:
        if self.silent or not data.strip():
            return
        message = Message.parse(data)
        if message.status:
            if (pending := self._pending.get(message.transaction)) is not None:
                pending.put_nowait(message)
        elif message.method == "ACK":
            pass
        elif again := self._answered.get(message.transaction):
            self._send(again)
        else:
            self._serve(message)
            self.requests.append(message)
            self._changed.set()

    def _serve(self, request: Message) -> None:
        """Answer a request, but for a new call, which a test will."""
        call = self._dialogs.get(request["Call-ID"])
        method, status = request.method, self.answers.get(request.method, 200)
        if method == "INVITE" and call is None and status == 200:
            dialog = Dialog(f"{request['To']};tag={secrets.token_hex(4)}", "", "")
            dialog.call_id = request["Call-ID"]
            dialog.confirm(request, request["From"])
            call = self._dialogs[dialog.call_id] = Call(self, dialog, request)
            self.calls.append(call)
            self.respond(request, 100, to=dialog.local)
        elif method == "INVITE" and status == 200:
            self.respond(request, 200, body=self.sdp())
        elif method == "REGISTER":
            bound = f"{request['Contact']};expires={request['Expires']}"
            self.respond(request, status, ("Contact", bound))
        else:
            self.respond(request, status)
        if call is not None and method in ("BYE", "CANCEL"):
            call.ended.set()
            if method == "CANCEL":
                self.respond(call.invite, 487, to=call.dialog.local)

    async def _try(
        self, method: str, dialog: Dialog, headers: tuple[tuple[str, str], ...], body: str
    ) -> Message:
        """Send a request once and return its final answer."""
        dialog.sequence += 1
        request = self._request(method, dialog, headers, body)
        replies = self._pending[request.transaction] = asyncio.Queue()
        self._send(request)
        try:
            async with asyncio.timeout(PATIENCE):
                while (reply := await replies.get()).status < 200:
                    pass
        except TimeoutError:
            raise AssertionError(f"no answer to {method} {dialog.target}") from None
        if method == "INVITE":
            if reply.status == 200:
                dialog.confirm(reply, reply["To"])
            # A refusal is acknowledged within the transaction, an answer in one of its own.
            branch = None if reply.status == 200 else request.transaction[0]
            acked = Dialog(dialog.local, reply["To"], dialog.target, dialog.call_id)
            acked.sequence = dialog.sequence
            self._send(self._request("ACK", acked, (), "", branch))
        return reply

    def _request(
        self,
        method: str,
        dialog: Dialog,
        headers: tuple[tuple[str, str], ...],
        body: str,
        branch: str | None = None,
    ) -> Message:
        host, port = self.address
        branch = branch or f"z9hG4bK{secrets.token_hex(8)}"
        standard = [
            ("Via", f"SIP/2.0/UDP {host}:{port};rport;branch={branch}"),
            ("Max-Forwards", "70"),
            ("From", dialog.local),
            ("To", dialog.remote),
            ("Call-ID", dialog.call_id),
            ("CSeq", f"{dialog.sequence} {method}"),
            ("Contact", f"<{self.contact}>"),
            ("User-Agent", "amisdk phone"),
        ]
        if body and not any(name == "Content-Type" for name, _ in headers):
            standard.append(("Content-Type", "application/sdp"))
        return Message(f"{method} {dialog.target} SIP/2.0", (*standard, *headers), body)

    def _dialog(self, exten: str) -> Dialog:
        local = f"<{self.uri(self.user)}>;tag={secrets.token_hex(4)}"
        return Dialog(local, f"<{self.uri(exten)}>", self.uri(exten))

    def _proof(self, challenge: Message, method: str, uri: str) -> tuple[str, str]:
        """Return the header that answers a challenge."""
        asked = challenge.get("WWW-Authenticate") or challenge["Proxy-Authenticate"]
        given = {key: quoted or bare for key, quoted, bare in re.findall(PARAMETER, asked)}
        secret = _md5(f"{self.user}:{given['realm']}:{self.password}")
        parts = [secret, given["nonce"], _md5(f"{method}:{uri}")]
        bare = "algorithm=MD5"
        if "qop" in given:  # chan_sip has none
            cnonce = secrets.token_hex(4)
            parts[2:2] = ["00000001", cnonce, "auth"]
            bare += f', qop=auth, nc=00000001, cnonce="{cnonce}"'
        said = {
            "username": self.user,
            "realm": given["realm"],
            "nonce": given["nonce"],
            "uri": uri,
            "response": _md5(":".join(parts)),
            "opaque": given.get("opaque", ""),
        }
        text = ", ".join(f'{key}="{value}"' for key, value in said.items())
        name = "Authorization" if challenge.status == 401 else "Proxy-Authorization"
        return name, f"Digest {text}, {bare}"

    def _send(self, message: Message) -> None:
        assert self._transport is not None
        self._transport.sendto(bytes(message), self.server)

    async def _until(self, done: Callable[[], bool], otherwise: str) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                while not done():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            raise AssertionError(f"{self.user}: {otherwise}") from None


def phone_of(
    server: Server, user: str, password: str | None = None
) -> AbstractAsyncContextManager[Phone]:
    """Return one of the phones in pjsip.conf (6...) or sip.conf (7...)."""
    port = server.ports["sip" if user.startswith("7") else "pjsip"]
    return Phone.at((server.host, port), user, SECRETS[user] if password is None else password)


def _found(pattern: str, text: str) -> str:
    """Return what the group in a pattern matches, or nothing."""
    found = re.search(pattern, text)
    return found[1] if found else ""


def _md5(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()
