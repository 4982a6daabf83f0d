"""What is taken out of transcripts: secrets."""

from collections.abc import Iterable
from hashlib import md5
from pathlib import Path

import pytest

from amisdk.cli.recording.masking import CHALLENGE, KEY, SECRET, masked
from amisdk.transcripts import Side, Transcript

WORD = "s3cr3t-word"
RECORDED = sorted((Path(__file__).parents[3] / "data" / "transcripts").glob("*.txt"))


def clean(*lines: tuple[Side, str], secrets: Iterable[str] = ()) -> list[str]:
    said = tuple((side, line.encode()) for side, line in lines)
    return [line.decode() for _, line in masked(Transcript((), said), secrets).lines]


def test_the_secret_of_a_login_and_what_answers_a_challenge() -> None:
    assert clean(
        ("S", "Challenge: 4711"),
        ("S", ""),
        ("C", "Action: Login"),
        ("C", f"Key: {'0a' * 16}"),
        ("C", f"secret: {WORD}"),
    ) == ["Challenge: 123456789", "", "Action: Login", f"Key: {KEY.decode()}", "Secret: the-secret"]
    assert md5(CHALLENGE + SECRET).hexdigest().encode() == KEY


def test_a_key_that_is_no_answer_stays() -> None:
    lines: list[tuple[Side, str]] = [("C", "Action: DBGet"), ("C", f"Key: {'0a' * 16}")]
    assert clean(*lines) == [line for _, line in lines]


@pytest.mark.parametrize("side", ["C", "S"])
def test_a_login_s_secret_is_masked_wherever_it_comes(side: Side) -> None:
    lines = clean(
        ("C", "Action: Login"), ("C", f"Secret: {WORD}"), ("C", ""), (side, f"Note: it is {WORD}!")
    )
    assert lines[-1] == "Note: it is the-secret!"


def test_given_secrets_are_masked_wherever_they_come() -> None:
    assert clean(("S", f"Note: {WORD} or pw"), secrets=[WORD, "pw"]) == ["Note: the-secret or pw"]


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("Password: xyz", "Password: ***"),
        ("Md5Cred: 0a", "Md5Cred: ***"),
        ("RemoteSecret: xyz", "RemoteSecret: ***"),
        ("Secret:xyz", "Secret: ***"),
        ("Password: ", "Password: "),
        ("Secret-exist: Y", "Secret-exist: Y"),
        ("UsingPassword: 0", "UsingPassword: 0"),
        ("MD5SecretExist: N", "MD5SecretExist: N"),
        ("ReceivedHash: 0a0b", "ReceivedHash: ***"),
        ("Line-000001-000002: secret=xyz", "Line-000001-000002: secret=***"),
        ("Line-000001-000002: remotesecret => xyz", "Line-000001-000002: remotesecret => ***"),
        ("Line-000001-000002: md5_cred=xyz", "Line-000001-000002: md5_cred=***"),
        ("Line-000001-000002: context=secret-room", "Line-000001-000002: context=secret-room"),
        ("Output:  password : xyz", "Output:  password : ***"),
        ("Output: secret = xyz and more", "Output: secret = ***"),
        ("Output: the secret of it", "Output: the secret of it"),
        ('JSON: {"a":{"secret":"x\\"yz","b":"c"}}', 'JSON: {"a":{"secret":"***","b":"c"}}'),
        ("Channel: PJSIP/secret", "Channel: PJSIP/secret"),
    ],
)
def test_settings_and_headers_that_are_secret_are_masked(line: str, shown: str) -> None:
    assert clean(("S", line)) == [shown]


def test_a_setting_that_is_written_is_masked_by_its_number() -> None:
    written: list[tuple[Side, str]] = [
        ("C", "Action: UpdateConfig"),
        ("C", "Var-000000: context"),
        ("C", "Value-000000: in"),
        ("C", "Var-000001: Secret"),
        ("C", "Value-000001: xyz"),
        ("C", ""),
        ("C", "Action: Other"),
        ("C", "Value-000001: kept"),
    ]
    lines = clean(*written)
    assert lines[2] == "Value-000000: in"
    assert lines[4] == "Value-000001: ***"
    assert lines[7] == "Value-000001: kept"


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_what_is_masked_already_stays_as_it_is(path: Path) -> None:
    transcript = Transcript.load(path)
    assert masked(transcript) == transcript
