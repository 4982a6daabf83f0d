"""The login, from the greeting until actions may be sent.

::

    Challenge (md5) -> Login -> CoreSettings (the version) -> FullyBooted -> Filter... -> done

Every step but Login is left out where there is nothing to do. FullyBooted is waited for only
where it came on an earlier connection with the same event mask: a server that starts lets
clients in before all its modules are there. Filters come after it, since they may hold it back.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import md5
from typing import Any, Literal

from pydantic import SecretStr, ValidationError

from . import logs
from .errors import AmiError, ConnectFailed, InvalidAction, LoginRefused
from .models import RawAction, RawReply
from .restore import SessionSetup
from .secrecy import concealed

__all__ = ["Answered", "Credentials", "Login"]

Answered = Callable[[RawReply], object]
"""What is called with the reply to a step."""

Secret = SecretStr | str | Callable[[], "SecretStr | str"]
"""A secret, or what is called for it at every login."""


@dataclass(frozen=True)
class Credentials:
    """Who logs in, and how.

    Attributes:
        username: The user of manager.conf.
        secret: The user's secret, or what is called for it; never shown.
        auth: ``md5`` answers a challenge, so that the secret is not on the wire; ``plain``
            sends it.
    """

    username: str
    secret: Secret = field(repr=False)
    auth: Literal["plain", "md5"] = "plain"

    def ask(self) -> SecretStr:
        """Return the secret.

        Raises:
            ConnectFailed: What is called for it raised, or it is no text.
        """
        try:
            given = self.secret() if callable(self.secret) else self.secret
        except Exception as error:  # noqa: BLE001 - the user's code may raise anything
            # Neither its text nor its traceback: they may hold the secret.
            fault = f"the function that gives the secret raised {type(error).__name__}"
        else:
            secret = concealed(given)
            if isinstance(secret, SecretStr):
                return secret
            if inspect.iscoroutine(given):
                given.close()  # nobody will await it
            called = callable(self.secret)
            what = "function that gives the secret returned" if called else "secret is"
            fault = f"the {what} no text"
            del given, secret  # a traceback shows what its frames hold
        raise ConnectFailed(f"cannot log in: {fault}")


class Login:
    """Logs a session in.

    Args:
        credentials: Who logs in.
        setup: What the session is to have on the server.
        ask: Sends an action, and calls back with its reply; raises `InvalidAction`.
        fail: Called with why it cannot be.
        done: Called when actions may be sent.
        learn: Called with the headers of CoreSettings, which tell the version; None not to ask.
        encoding: Of the text on the wire.
    """

    def __init__(
        self,
        credentials: Credentials,
        setup: SessionSetup,
        *,
        ask: Callable[[RawAction, Answered], object],
        fail: Callable[[AmiError], object],
        done: Callable[[], object],
        learn: Callable[[Any], object] | None,
        encoding: str,
    ) -> None:
        self._credentials = credentials
        self._setup = setup
        self._ask = ask
        self._fail = fail
        self._done = done
        self._learn = learn
        self._encoding = encoding
        self._filters = list(setup.filters)
        self._booted = not setup.boots
        self.muted = bool(self._filters)
        """Whether events are not for the user yet: the filters are not in place."""
        self.waits_for_boot = False
        """Whether it is FullyBooted that is missing now."""

    def begin(self) -> None:
        """Send the first step."""
        if self._credentials.auth == "md5":
            self._step("Challenge", [("AuthType", "MD5")], self._challenged)
        else:
            self._prove(lambda secret: [("Secret", secret)])

    def booted(self) -> None:
        """Take note that the server is fully booted, or that this is not waited for any more."""
        self._booted = True
        if self.waits_for_boot:
            self.waits_for_boot = False
            self._restore()

    def _challenged(self, reply: RawReply) -> None:
        challenge = reply.headers.get("Challenge")
        if challenge is not None:
            self._prove(lambda secret: self._answer(challenge, secret))
        elif reply.ok:
            self._fail(ConnectFailed('the server sent no challenge; auth="plain" needs none'))
        else:
            self._logged_in(reply)

    def _answer(self, challenge: str, secret: str) -> list[tuple[str, str]]:
        text = (challenge + secret).encode(self._encoding, "surrogateescape")
        return [("AuthType", "MD5"), ("Key", md5(text, usedforsecurity=False).hexdigest())]

    def _prove(self, proof: Callable[[str], list[tuple[str, str]]]) -> None:
        try:
            proved = proof(self._credentials.ask().get_secret_value())
        except ConnectFailed as error:
            self._fail(error)
            return
        except UnicodeEncodeError:
            proved = None
        if proved is None:
            text = f"cannot log in: {self._encoding} cannot write the secret"
            self._fail(ConnectFailed(text))
            return
        headers = [("Username", self._credentials.username), *proved]
        if self._setup.mask is not None:
            headers.append(("Events", self._setup.mask))
        self._step("Login", headers, self._logged_in)

    def _step(self, name: str, headers: list[tuple[str, str]], then: Answered) -> None:
        fault: AmiError | None = None
        try:
            self._ask(RawAction(name, headers), then)
        except InvalidAction as error:
            fault = ConnectFailed(f"cannot log in: {error}")
        except ValidationError:
            text = "user name, secret or event mask hold what a header cannot"
            fault = ConnectFailed(f"cannot log in: {text}")
        if fault is not None:
            self._fail(fault)

    def _logged_in(self, reply: RawReply) -> None:
        if not reply.ok:
            said = reply.message or "no reason given"
            self._fail(LoginRefused(f"the server refused the login: {said.strip()}"))
            return
        logs.session.debug("logged in as %s", self._credentials.username)
        learn = self._learn
        if learn is None:
            self._await_boot()
            return

        def told(reply: RawReply) -> None:
            learn(reply.headers)  # a user who may not read the version goes without
            self._await_boot()

        self._step("CoreSettings", [], told)

    def _await_boot(self) -> None:
        if self._booted:
            self._restore()
        else:
            self.waits_for_boot = True

    def _restored(self, reply: RawReply) -> None:
        if not reply.ok:
            logs.session.warning("a filter could not be restored: %s", reply.message)
        self._restore()

    def _restore(self) -> None:
        if self._filters:
            self._ask(self._filters.pop(0), self._restored)
            return
        self.muted = False
        self._done()
