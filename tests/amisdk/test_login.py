"""The login by itself: its steps, what each needs, and a secret that cannot be had."""

import traceback
from collections.abc import Callable
from hashlib import md5
from typing import Any

import pytest
from pydantic import SecretStr

from amisdk.errors import AmiError, ConnectFailed, InvalidAction, LoginRefused
from amisdk.login import Answered, Credentials, Login
from amisdk.models import RawAction, RawReply
from amisdk.restore import SessionSetup

SECRET = "correct horse"
FILTERS = [RawAction("Filter", {"Filter": f"Event: {name}"}) for name in ("Hangup", "Newchannel")]


class Steps:
    """A login whose steps the test answers."""

    def __init__(
        self,
        credentials: Credentials,
        setup: SessionSetup | None = None,
        *,
        versions: list[str | None] | None = None,
        encoding: str = "utf-8",
        refuse: str = "",
    ) -> None:
        self.asked: list[tuple[RawAction, Answered]] = []
        self.failed: list[AmiError] = []
        self.done = 0
        self._refuse = refuse
        self.login = Login(
            credentials,
            setup or SessionSetup(),
            ask=self._ask,
            fail=self.failed.append,
            done=self._done,
            learn=None if versions is None else lambda it: versions.append(it.get("Version")),
            encoding=encoding,
        )
        self.login.begin()

    def _ask(self, action: RawAction, answered: Answered) -> None:
        if action.name == self._refuse:
            raise InvalidAction(f"{action.name}: no")
        self.asked.append((action, answered))

    def _done(self) -> None:
        self.done += 1

    def answer(self, name: str, *lines: str, response: str = "Success") -> RawAction:
        """Answer the one step that was asked."""
        [(action, answered)] = self.asked
        assert action.name == name
        self.asked.clear()
        answered(RawReply.from_frame("\r\n".join([f"Response: {response}", *lines])))
        return action

    @property
    def over(self) -> bool:
        """Whether nothing is asked any more."""
        return not self.asked


def plain(secret: Any = SECRET) -> Credentials:
    return Credentials("admin", secret, "plain")


def challenged(secret: Any = SECRET, **options: Any) -> Steps:
    """Return a login by MD5 that was sent its challenge."""
    steps = Steps(Credentials("admin", secret, "md5"), **options)
    steps.answer("Challenge", "Challenge: 42")
    return steps


def test_a_plain_login_is_one_step() -> None:
    steps = Steps(plain())
    assert steps.answer("Login").to_headers() == [("Username", "admin"), ("Secret", SECRET)]
    assert (steps.done, steps.over, steps.failed) == (1, True, [])


def test_md5_answers_a_challenge() -> None:
    steps = challenged()
    key = md5(f"42{SECRET}".encode(), usedforsecurity=False).hexdigest()
    login = [("Username", "admin"), ("AuthType", "MD5"), ("Key", key)]
    assert steps.answer("Login").to_headers() == login
    assert (steps.done, steps.over, steps.failed) == (1, True, [])


@pytest.mark.parametrize("mask", ["", "off", "call,agent"])
@pytest.mark.parametrize("start", [lambda it: Steps(plain(), it), lambda it: challenged(setup=it)])
def test_the_event_mask_goes_with_the_login(
    start: Callable[[SessionSetup], Steps], mask: str
) -> None:
    assert start(SessionSetup(mask)).answer("Login").to_headers()[-1] == ("Events", mask)


def test_every_step_in_its_order() -> None:
    setup, versions = SessionSetup("on"), list[str | None]()
    setup.filters, setup.boots = FILTERS, True
    steps = Steps(Credentials("admin", SECRET, "md5"), setup, versions=versions)
    steps.answer("Challenge", "Challenge: 42")
    steps.answer("Login")
    steps.answer("CoreSettings", "Version: 22.10.0")
    assert versions == ["22.10.0"]
    assert (steps.done, steps.over, steps.login.waits_for_boot) == (0, True, True)
    steps.login.booted()
    for action in FILTERS:
        assert steps.login.muted
        assert steps.answer("Filter") == action
    assert not steps.login.muted
    assert (steps.done, steps.login.waits_for_boot, steps.failed) == (1, False, [])
    steps.login.booted()
    assert steps.done == 1
    assert setup.filters == FILTERS, "they are for the next connection too"


def test_a_user_who_may_not_read_the_version_goes_without() -> None:
    versions: list[str | None] = []
    steps = Steps(plain(), versions=versions)
    steps.answer("Login")
    steps.answer("CoreSettings", "Message: Permission denied", response="Error")
    assert (versions, steps.done, steps.failed) == ([None], 1, [])


def test_a_filter_that_is_refused_is_logged_and_the_others_follow(
    caplog: pytest.LogCaptureFixture,
) -> None:
    setup = SessionSetup()
    setup.filters = FILTERS
    steps = Steps(plain(), setup)
    steps.answer("Login")
    steps.answer("Filter", "Message: Failed to add filter", response="Error")
    assert steps.login.muted
    steps.answer("Filter")
    assert (steps.done, steps.login.muted, steps.failed) == (1, False, [])
    assert [record.getMessage() for record in caplog.records] == [
        "a filter could not be restored: Failed to add filter"
    ]


@pytest.mark.parametrize("early", ["Login", "CoreSettings"])
def test_a_server_that_has_booted_by_then_is_not_waited_for(early: str) -> None:
    setup = SessionSetup()
    setup.boots = True
    steps = Steps(plain(), setup, versions=[])
    for name in ("Login", "CoreSettings"):
        if name == early:
            steps.login.booted()
        assert steps.done == 0
        steps.answer(name)
    assert (steps.done, steps.login.waits_for_boot) == (1, False)


def test_a_server_that_never_told_of_its_boot_is_not_waited_for() -> None:
    steps = Steps(plain())
    steps.answer("Login")
    assert (steps.done, steps.login.waits_for_boot) == (1, False)
    steps.login.booted()
    assert steps.done == 1


@pytest.mark.parametrize("step", ["Challenge", "Login"])
def test_a_refusal_is_final(step: str) -> None:
    steps = Steps(Credentials("admin", SECRET, "md5"), versions=[])
    if step == "Login":
        steps.answer("Challenge", "Challenge: 42")
    steps.answer(step, "Message: Authentication failed", response="Error")
    [error] = steps.failed
    assert type(error) is LoginRefused
    assert str(error) == "the server refused the login: Authentication failed"
    assert (steps.done, steps.over) == (0, True)


def test_without_a_challenge_there_is_nothing_to_answer() -> None:
    steps = Steps(Credentials("admin", SECRET, "md5"))
    steps.answer("Challenge")
    [error] = steps.failed
    assert type(error) is ConnectFailed
    assert 'auth="plain"' in str(error)
    assert (steps.done, steps.over) == (0, True)


# --- the secret ---------------------------------------------------------------------------


@pytest.mark.parametrize("secret", [SECRET, SecretStr(SECRET)])
@pytest.mark.parametrize("called", [False, True])
def test_a_secret_is_a_text_or_what_is_called_for_it(secret: Any, called: bool) -> None:
    steps = Steps(plain((lambda: secret) if called else secret))
    assert steps.answer("Login").to_headers()[1] == ("Secret", SECRET)


def test_the_function_is_asked_when_the_secret_is_needed_and_not_before() -> None:
    times: list[str] = []

    def secret() -> str:
        times.append("asked")
        return f"secret {len(times)}"

    credentials = Credentials("admin", secret, "md5")
    for number in (1, 2):
        steps = Steps(credentials)
        assert len(times) == number - 1
        steps.answer("Challenge", "Challenge: 42")
        key = md5(f"42secret {number}".encode(), usedforsecurity=False).hexdigest()
        assert steps.answer("Login").to_headers()[-1] == ("Key", key)


def fails(error: type[BaseException]) -> Callable[[], str]:
    def secret() -> str:
        raise error(f"the vault has {SECRET}")

    return secret


async def vault() -> str:
    """Return the secret to who awaits it, which nobody does."""
    return SECRET


NO_TEXT = "the function that gives the secret returned no text"
BAD_SECRETS: list[tuple[Any, str]] = [
    (fails(OSError), "the function that gives the secret raised OSError"),
    (fails(ValueError), "the function that gives the secret raised ValueError"),
    (lambda: None, NO_TEXT),
    (SECRET.encode, NO_TEXT),
    (lambda: 5, NO_TEXT),
    (vault, NO_TEXT),
    (lambda: SecretStr(None), NO_TEXT),  # type: ignore[arg-type]
    (lambda: SecretStr(5), NO_TEXT),  # type: ignore[arg-type]
    (SecretStr(None), "the secret is no text"),  # type: ignore[arg-type]
]
STARTS = pytest.mark.parametrize(
    "start", [lambda it: Steps(plain(it)), challenged], ids=["plain", "md5"]
)


@STARTS
@pytest.mark.parametrize(("secret", "said"), BAD_SECRETS)
def test_a_secret_that_cannot_be_had_fails_the_login_and_shows_nothing(
    start: Callable[[Any], Steps], secret: Any, said: str
) -> None:
    steps = start(secret)
    [error] = steps.failed
    assert type(error) is ConnectFailed, "it may be there the next time"
    assert str(error) == f"cannot log in: {said}"
    assert SECRET not in "".join(traceback.format_exception(error))
    assert (error.__context__, error.__cause__) == (None, None)
    assert (steps.done, steps.over) == (0, True)


@pytest.mark.parametrize("wish", [KeyboardInterrupt, SystemExit])
def test_the_wish_to_end_the_program_goes_through(wish: type[BaseException]) -> None:
    with pytest.raises(wish):
        Steps(plain(fails(wish)))


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_secret_that_the_encoding_cannot_write_is_not_shown(encoding: str) -> None:
    steps = challenged(f"{SECRET}☎", encoding=encoding)
    [error] = steps.failed
    assert type(error) is ConnectFailed
    assert str(error) == f"cannot log in: {encoding} cannot write the secret"
    assert SECRET not in "".join(traceback.format_exception(error))
    assert (error.__context__, error.__cause__) == (None, None)
    assert (steps.done, steps.over) == (0, True)


@pytest.mark.parametrize(
    ("credentials", "said"),
    [
        (Credentials("ad\nmin", SECRET), "hold what a header cannot"),
        (plain(f"{SECRET}\r\nAction: Logoff"), "hold what a header cannot"),
        (plain(f"{SECRET}\0"), "hold what a header cannot"),
    ],
)
def test_what_would_break_out_of_its_line_fails_the_login_and_is_not_shown(
    credentials: Credentials, said: str
) -> None:
    steps = Steps(credentials)
    [error] = steps.failed
    assert type(error) is ConnectFailed
    assert said in str(error)
    assert SECRET not in "".join(traceback.format_exception(error))
    assert (steps.done, steps.over) == (0, True)


@pytest.mark.parametrize("step", ["Challenge", "Login", "CoreSettings"])
def test_a_step_that_cannot_be_written_fails_the_login(step: str) -> None:
    steps = Steps(Credentials("admin", SECRET, "md5"), versions=[], refuse=step)
    for name, line in (("Challenge", "Challenge: 42"), ("Login", "Message: x")):
        if not steps.over:
            steps.answer(name, line)
    [error] = steps.failed
    assert type(error) is ConnectFailed
    assert str(error) == f"cannot log in: {step}: no"
    assert (steps.done, steps.over) == (0, True)


def test_credentials_show_no_secret() -> None:
    for secret in (SECRET, SecretStr(SECRET), lambda: SECRET):
        assert SECRET not in repr(Credentials("admin", secret))
