"""The client's secret: in no log, text, traceback, pickle or record; and where it comes from."""

import asyncio
import logging
import pickle
import re
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from hashlib import md5
from typing import Any

import pytest
from pydantic import SecretStr

from amisdk import AsyncClient, Client, Reconnect, actions, errors, lifecycle
from tests.leaks import SECRET, shown
from tests.life.support import BOUND, faking, playing
from tests.support import GREETING, Peer

Act = Callable[[Any], Any]
Run = Callable[..., BaseException | None]

QUICK = Reconnect(first_wait=0.01, max_wait=0.02)


class _Vault:
    """Gives a secret; its repr does not show it."""

    def __init__(self, given: object) -> None:
        self._given = given

    def __call__(self) -> Any:
        return self._given


def _run_blocking(port: int, act: Act | None = None, **options: Any) -> BaseException | None:
    """Connect, do something, close; return what was raised."""
    try:
        with Client("127.0.0.1", port, **_options(options)) as ami:
            if act is not None:
                act(ami)
    except Exception as error:  # noqa: BLE001 - that is what is looked into
        return error
    return None


def _run_async(port: int, act: Act | None = None, **options: Any) -> BaseException | None:
    async def main() -> BaseException | None:
        asyncio.get_running_loop().slow_callback_duration = 0
        try:
            async with AsyncClient("127.0.0.1", port, **_options(options)) as ami:
                if act is not None:
                    await act(ami)
        except Exception as error:  # noqa: BLE001 - that is what is looked into
            return error
        return None

    return asyncio.run(asyncio.wait_for(main(), BOUND), debug=True)


def _options(options: dict[str, Any]) -> dict[str, Any]:
    defaults = {"username": "admin", "secret": _Vault(SECRET), "check_version": False}
    return {**defaults, "reconnect": False, "connect_timeout": BOUND, **options}


both = pytest.mark.parametrize("run", [_run_blocking, _run_async], ids=["Client", "AsyncClient"])
each_auth = pytest.mark.parametrize("auth", ["plain", "md5"])


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], str]]:
    """All that is logged by anybody, arguments of the records included."""
    with caplog.at_level(logging.DEBUG):
        yield (
            lambda: (
                caplog.text
                + "".join(repr(vars(record)) + repr(record.args) for record in caplog.records)
            )
        )


# --- a login that succeeds ----------------------------------------------------------------


@both
@each_auth
def test_a_whole_session_tells_no_secret(run: Run, auth: str, told: Callable[[], str]) -> None:
    texts: list[str] = []

    def look(ami: Any) -> Any:
        texts.extend((repr(ami), str(ami), repr(vars(ami)), repr(vars(ami._options))))
        texts.append(repr([vars(ami._link), vars(ami._pump), vars(ami._link._session)]))
        return ami.send(actions.Ping())

    with faking(secret=SECRET) as fake:
        assert run(fake.port, look, auth=auth, check_version=True) is None
    assert texts
    assert not [text for text in (*texts, told()) if SECRET in text]
    assert "logged in as admin" in told()


def test_the_embedded_server_keeps_no_secret_in_its_records() -> None:
    with faking(secret=SECRET) as fake:
        assert _run_blocking(fake.port, auth="plain") is None
        assert _run_blocking(fake.port, auth="md5") is None
    received = fake.server.received
    assert SECRET not in repr(received)
    logins = [action for action in received if action["Action"] == "Login"]
    assert [login.get("Secret") or login.get("Key") for login in logins] == ["***", "***"]


# --- logins that fail ---------------------------------------------------------------------


async def _refuse(peer: Peer) -> None:
    peer.writer.write(GREETING)
    action = await peer.action()
    if action["action"] == "Challenge":
        peer.respond(action, "Challenge: 1234")
        action = await peer.action()
    peer.respond(action, "Message: Authentication failed", response="Error")


async def _hang_up_at_once(peer: Peer) -> None:
    return


async def _hang_up_at_login(peer: Peer) -> None:
    peer.writer.write(GREETING)
    await peer.action()


async def _no_manager(peer: Peer) -> None:
    peer.writer.write(b"SSH-2.0-OpenSSH_9.2\r\n")


async def _break_off_in_the_reply(peer: Peer) -> None:
    peer.writer.write(GREETING)
    await peer.action()
    peer.writer.write(b"Response: Succ")


FAILING = {
    "refused": _refuse,
    "EOF at once": _hang_up_at_once,
    "EOF at login": _hang_up_at_login,
    "no manager": _no_manager,
    "half a reply": _break_off_in_the_reply,
}


@both
@each_auth
@pytest.mark.parametrize("serve", FAILING.values(), ids=FAILING)
def test_a_failed_login_tells_no_secret(
    run: Run, auth: str, serve: Callable[[Peer], Awaitable[None]], told: Callable[[], str]
) -> None:
    with playing(serve) as port:
        error = run(port, auth=auth)
    assert isinstance(error, errors.ConnectFailed)
    assert SECRET not in shown(error) + told()


def _raise() -> str:
    raise ValueError(f"wrong passphrase for {SECRET}")


async def _coroutine() -> str:
    return SECRET


UNUSABLE: dict[str, tuple[dict[str, Any], str]] = {
    "raises": ({"secret": _raise}, "raised ValueError"),
    "gives bytes": ({"secret": _Vault(SECRET.encode())}, "returned no text"),
    "gives a list": ({"secret": _Vault([SECRET])}, "returned no text"),
    "gives a coroutine": ({"secret": _coroutine}, "returned no text"),
    "gives None": ({"secret": _Vault(None)}, "returned no text"),
    "ends a line": ({"secret": _Vault(SECRET + "\r\n"), "auth": "plain"}, "what a header cannot"),
    "is too long": ({"secret": _Vault(SECRET * 200), "auth": "plain"}, "Secret is 2208 bytes"),
    "cannot be written": (
        {"secret": _Vault(SECRET + "\u20ac"), "encoding": "latin-1"},
        "latin-1 cannot write the secret",
    ),
    "cannot be written plainly": (
        {"secret": _Vault(SECRET + "\u20ac"), "encoding": "latin-1", "auth": "plain"},
        "Secret holds a character that latin-1 has not",
    ),
}


@both
@pytest.mark.parametrize(("options", "said"), UNUSABLE.values(), ids=UNUSABLE)
def test_a_secret_that_cannot_be_used_is_not_told(
    run: Run, options: dict[str, Any], said: str, told: Callable[[], str]
) -> None:
    async def serve(peer: Peer) -> None:
        peer.writer.write(GREETING)
        peer.respond(await peer.action(), "Challenge: 1234")
        await peer.action()

    with playing(serve) as port:
        error = run(port, **options)
    assert isinstance(error, errors.ConnectFailed)
    assert said in str(error)
    assert SECRET not in shown(error) + told()


# --- actions that hold a secret -----------------------------------------------------------


@both
@pytest.mark.parametrize(
    "secret", [SECRET, SECRET * 200, SECRET + "\u20ac"], ids=["good", "long", "unwritable"]
)
def test_an_error_of_an_action_with_a_secret_does_not_tell_it(
    run: Run, secret: str, told: Callable[[], str]
) -> None:
    async def serve(peer: Peer) -> None:
        await peer.login()
        peer.respond(await peer.action(), "Message: Already logged in", response="Error")

    login = actions.Login(username="x", secret=secret)
    with playing(serve) as port:
        error = run(port, lambda ami: ami.send(login), encoding="latin-1")
    expected = errors.ActionFailed if secret == SECRET else errors.InvalidAction
    assert isinstance(error, expected)
    assert SECRET not in shown(error) + told()


# --- how a client is made -----------------------------------------------------------------


def _url(rest: str) -> str:
    return "ami://admin:" + SECRET + rest


@pytest.mark.parametrize("kind", [AsyncClient, Client])
@pytest.mark.parametrize(
    "make",
    [
        lambda kind: kind(username="a", secret=SECRET, timeout=-1),
        lambda kind: kind(username="a", secret=SECRET, port=99_999),
        lambda kind: kind(username="a", secret=SECRET, encoding="utf-16"),
        lambda kind: kind(username="a", secret=SECRET, deny="all"),
        lambda kind: kind(username="a", secret=[SECRET]),
        lambda kind: kind(username="a", secret=SECRET.encode()),
        lambda kind: kind.from_url(_url("@h:99999")),
        lambda kind: kind.from_url(_url("@h/?port=1")),
        lambda kind: kind.from_url(_url("@h/?timeout=-1")),
        lambda kind: kind.from_url(_url("@[::1")),
        lambda kind: kind.from_url(_url("/x@h")),
        lambda kind: kind.from_url(_url("#x@h")),
        lambda kind: kind.from_url(_url("@h"), timeout=-1),
        lambda kind: kind.from_url("ami://u:p@h", secret=SECRET, timeout=-1),
        lambda kind: kind.from_env({"AMI_USERNAME": "a", "AMI_SECRET": SECRET, "AMI_PORT": "x"}),
        lambda kind: kind.from_env({"AMI_SECRET": SECRET}),
        lambda kind: kind.from_env({"AMI_USERNAME": "a", "AMI_SECRET": SECRET}, timeout=-1),
    ],
)
def test_a_client_that_cannot_be_made_tells_no_secret(kind: Any, make: Act) -> None:
    with pytest.raises((ValueError, TypeError)) as caught:
        ami = make(kind)
        ami._options.event_classes()
        asyncio.run(ami.connect()) if kind is AsyncClient else ami.connect()
    assert SECRET not in shown(caught.value)


@pytest.mark.parametrize("kind", [AsyncClient, Client])
@pytest.mark.parametrize(
    "secret", [SECRET, SecretStr(SECRET), _Vault(SECRET)], ids=["text", "SecretStr", "call"]
)
def test_a_client_shows_no_secret_and_is_not_pickled(kind: Any, secret: Any) -> None:
    ami = kind(username="admin", secret=secret)
    assert SECRET not in repr([ami, str(ami), vars(ami), ami._options])
    for what in (ami, [ami], ami.send, partial(print, ami)):
        with pytest.raises(TypeError, match="a client cannot be pickled"):
            pickle.dumps(what)


# --- a secret that changes ----------------------------------------------------------------


class Gate:
    """A server whose user's secret changes; each login ends when it is told to."""

    def __init__(self) -> None:
        self.secret = "first"
        self.asked = 0
        self.let_in: list[str] = []

    async def serve(self, peer: Peer) -> None:
        peer.writer.write(GREETING)
        peer.respond(await peer.action(), "Challenge: 1234")
        login = await peer.action()
        if login["key"] != md5(b"1234" + self.secret.encode()).hexdigest():
            peer.respond(login, "Message: Authentication failed", response="Error")
            return
        self.let_in.append(self.secret)
        peer.respond(login, "Message: Authentication accepted")
        if self.secret == "first":
            await peer.action()  # and the connection ends: an outage, with a new secret after it
            self.secret = "second"
            return
        while (action := await peer.action())["action"] != "Logoff":
            peer.respond(action, "Ping: Pong")
        peer.respond(action, response="Goodbye")

    def ask(self) -> str:
        self.asked += 1
        if self.asked == 2:
            raise OSError("the vault is being restarted")
        return self.secret


def test_the_secret_is_asked_for_at_each_login_of_an_async_client() -> None:
    async def main() -> None:
        gate = Gate()
        told: list[object] = []
        with playing(gate.serve) as port:
            ami = AsyncClient(
                "127.0.0.1", port, username="a", secret=gate.ask, check_version=False,
                reconnect=QUICK,
            )  # fmt: skip
            ami.on(lifecycle.LifecycleEvent)(told.append)
            async with ami:
                with pytest.raises(errors.OutcomeUnknown):
                    await ami.send(actions.Ping())
                assert (await ami.send(actions.Ping(), timeout=BOUND)).ping == "Pong"
        assert gate.let_in == ["first", "second"]
        assert gate.asked == 3  # one failed, and was not the end

    asyncio.run(asyncio.wait_for(main(), BOUND))


def test_the_secret_is_asked_for_at_each_login_of_a_blocking_client() -> None:
    gate = Gate()
    with playing(gate.serve) as port:
        ami = Client(
            "127.0.0.1", port, username="a", secret=gate.ask, check_version=False, reconnect=QUICK
        )
        with ami:
            with pytest.raises(errors.OutcomeUnknown):
                ami.send(actions.Ping())
            assert ami.send(actions.Ping(), timeout=BOUND).ping == "Pong"
    assert gate.let_in == ["first", "second"]
    assert gate.asked == 3


@both
def test_a_secret_that_the_server_does_not_take_any_more_ends_the_client(run: Run) -> None:
    gate = Gate()

    def lose(ami: Any) -> Any:
        return ami.send(actions.Ping()) if isinstance(ami, Client) else _lose(ami)

    async def _lose(ami: AsyncClient) -> None:
        with pytest.raises(errors.OutcomeUnknown):
            await ami.send(actions.Ping())
        await ami.wait_closed()

    with playing(gate.serve) as port:
        if run is _run_blocking:
            with Client(
                "127.0.0.1", port, username="a", secret="first", check_version=False,
                reconnect=QUICK,
            ) as ami:  # fmt: skip
                with pytest.raises(errors.OutcomeUnknown):
                    ami.send(actions.Ping())
                with pytest.raises(errors.ConnectionClosed, match="refused the login"):
                    ami.wait_closed(BOUND)
        else:
            error = run(port, lose, secret="first", reconnect=QUICK)
            assert isinstance(error, errors.ConnectionClosed)
            assert re.search("refused the login", str(error))
    assert gate.let_in == ["first"]
