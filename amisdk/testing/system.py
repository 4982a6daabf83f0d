"""The actions on the session and on the server itself: from Login to CoreStatus."""

from __future__ import annotations

import asyncio
import re
import secrets
import time
from collections.abc import Callable, Iterable
from functools import partial
from hashlib import md5
from typing import TYPE_CHECKING, Any

from .request import Play, Request, number_in
from .users import CLASSES, Filter, classes_in

if TYPE_CHECKING:
    from .engine import Engine

__all__ = ["System"]

BAD_FILTER = "Filter did not compile.  Check the syntax of the filter given."
EMPTY_FILTER = "Filter was formatted incorrectly.  Check the syntax of the filter given."
NO_COMMAND = "No such command '{0}' (type 'core show help {0}' for other possible commands)"


class System:
    """The actions on the session and on the server itself."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.plays: dict[str, Play] = {
            "Challenge": self._challenge,
            "Command": self._command,
            "CoreSettings": self._settings,
            "CoreStatus": self._status,
            "Events": self._events,
            "Filter": self._filter,
            "ListCommands": self._commands,
            "Login": self._login,
            "Logoff": self._logoff,
            "Ping": self._ping,
            "UserEvent": self._user_event,
            "WaitEvent": self._wait,
        }
        self.commands: dict[str, Callable[[], str]] = {
            "core show uptime": self._show_uptime,
            "core show version": self._show_version,
            "core show channels": self._show_channels,
        }

    # --- logging in -----------------------------------------------------------------------

    def _challenge(self, ask: Request) -> None:
        if ask["AuthType"].lower() != "md5":
            ask.error("Must specify AuthType")
            return
        ask.session.challenge = str(secrets.randbelow(10**9))
        ask.ok(None, ("Challenge", ask.session.challenge))

    def _login(self, ask: Request) -> None:
        session = ask.session
        if session.user is not None:
            ask.ok("Already authenticated")
            return
        user = self.engine.users.get(ask["Username"])
        if user is None or not self._proves(ask, user.secret):
            ask.error("Authentication failed")
            session.leaving = True
            return
        session.user = user
        session.mask = mask_in(ask["Events"] or "on")
        session.filter = Filter(user.event_filter)
        ask.ok("Authentication accepted")
        session.boot()

    def _proves(self, ask: Request, secret: str) -> bool:
        if not ask["AuthType"]:
            return ask["Secret"] == secret
        if ask["AuthType"].lower() != "md5" or not ask.session.challenge:
            return False
        text = (ask.session.challenge + secret).encode()
        return ask["Key"] == md5(text, usedforsecurity=False).hexdigest()

    def _logoff(self, ask: Request) -> None:
        ask.respond("Goodbye", ("Message", "Thanks for all the fish."))
        ask.session.leaving = True

    # --- the session ----------------------------------------------------------------------

    def _ping(self, ask: Request) -> None:
        ask.ok(None, ("Ping", "Pong"), ("Timestamp", f"{time.time():.6f}"))

    def _events(self, ask: Request) -> None:
        if not ask["EventMask"]:
            ask.error("Invalid event mask")
            return
        ask.session.mask = mask_in(ask["EventMask"])
        ask.ok(None, ("Events", "Off" if ask.session.mask == frozenset() else "On"))

    def _filter(self, ask: Request) -> None:
        if ask["Operation"].lower() != "add":
            ask.error("Unknown operation")
        elif not ask["Filter"] and ask.dialect.major > 16:
            ask.error(EMPTY_FILTER)
        else:
            try:
                ask.session.filter.add(ask["Filter"])
            except re.error:
                ask.error(BAD_FILTER)
            else:
                ask.ok("Success")

    async def _wait(self, ask: Request) -> None:
        seconds = number_in(ask["Timeout"], -1)
        ask.session.on_event = came = asyncio.Event()
        try:
            async with asyncio.timeout(seconds if seconds >= 0 else None):
                await came.wait()
        except TimeoutError:
            pass
        ask.session.on_event = None
        ask.ok("Waiting for Event completed.")
        ask.session.release()
        ask.event("WaitEventComplete", {})

    def _user_event(self, ask: Request) -> None:
        own = ("action", "userevent", "actionid")
        rest = [pair for pair in ask.headers if pair[0].lower() not in own]
        named = [("UserEvent", ask["UserEvent"])]
        if ask.action_id:
            named.append(("ActionID", ask.action_id))
        head = [("Event", "UserEvent"), ("Privilege", "user,all")]
        self.engine.emit([*head, *named, *rest])
        ask.ok("Event Sent")

    # --- the server -----------------------------------------------------------------------

    def _settings(self, ask: Request) -> None:
        versions = {"AMIversion": ask.dialect.manager, "AsteriskVersion": ask.dialect.release}
        self.engine.answers.say(ask, versions)

    def _status(self, ask: Request) -> None:
        world = self.engine.world
        current = {"CoreCurrentCalls": len(world.channels)}
        processed = {"CoreProcessedCalls": world.calls_processed}
        self.engine.answers.say(ask, {**current, **processed})

    def _commands(self, ask: Request) -> None:
        user = ask.session.user
        lines = []
        for name in self.engine.names():
            cls: type[Any] = self.engine.class_of(name)  # type: ignore[assignment]
            info = cls.ami
            if ask.dialect.major in info.versions and user.may_send(info.privilege):
                summary = (cls.__doc__ or "").partition("\n")[0]
                privilege = ",".join((*info.privilege, "all")) if info.privilege else "<none>"
                lines.append((name, f"{summary}  (Priv: {privilege})"))
        ask.ok(None, *lines)

    def _command(self, ask: Request) -> None:
        command = " ".join(ask["Command"].split())
        show = self.commands.get(command)
        if command.startswith("manager show user "):
            name = command.rpartition(" ")[2]
            show = partial(self._show_user, name)
        text = NO_COMMAND.format(command) if show is None else show()
        follows = ("Message", "Command output follows")
        lines = [("Output", line) for line in text.split("\n")]
        ask.respond("Error" if show is None else "Success", follows, *lines)

    def _show_uptime(self) -> str:
        seconds = int(time.monotonic() - self.engine.began)
        return f"System uptime: {seconds} seconds\nLast reload: {seconds} seconds"

    def _show_version(self) -> str:
        return (
            f"Asterisk {self.engine.dialect.release} built by amisdk on a machine that is not one"
        )

    def _show_user(self, name: str) -> str:
        user = self.engine.users.get(name)
        if user is None:
            return f"There is no manager called {name}"
        perms = (("read perm", _perm(user.read)), ("write perm", _perm(user.write)))
        return "\n".join(f"{title:>18}: {text}" for title, text in (("username", name), *perms))

    def _show_channels(self) -> str:
        world = self.engine.world
        rows = [
            f"{one.name:<24} {one.exten}@{one.context}:{one.priority} {one.application}({one.data})"
            for one in world.channels.values()
        ]
        count = len(world.channels)
        head = "Channel                  Location             State   Application(Data)"
        return "\n".join([head, *rows, f"{count} active channels"])


def _perm(given: str | Iterable[str]) -> str:
    own = classes_in(given)
    names = (*CLASSES, "all")
    return ",".join(name for name in names if {name, "all"} & own) or "<none>"


def mask_in(text: str) -> frozenset[str] | None:
    """Return the classes in an event mask; None for all."""
    word = text.strip().lower()
    if word in ("on", "all", "true", "yes"):
        return None
    return frozenset() if word in ("off", "false", "no") else _known(classes_in(word))


def _known(classes: frozenset[str]) -> frozenset[str] | None:
    return None if "all" in classes else classes.intersection(CLASSES)
