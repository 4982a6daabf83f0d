"""The file with profiles: what is in it, who may read it, and how it changes."""

import stat
import tomllib
from pathlib import Path

import pytest

from amisdk.cli.config import config_path, load_profile, private_text, store_profile
from amisdk.cli.faults import Code, Fault


def write(text: str, mode: int = 0o600) -> Path:
    path = config_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def fault(name: str | None = None) -> str:
    with pytest.raises(Fault) as told:
        load_profile(name)
    assert told.value.code == Code.USAGE
    return str(told.value)


OFFICE = '[profiles.office]\nhost = "pbx"\nusername = "ann"\nsecret = "s3cr3t-word"\n'
LAB = '[profiles.lab]\nusername = "bob"\nsecret_file = "~/lab"\n'


def test_it_is_where_xdg_has_it(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert config_path() == home / "config" / "amisdk" / "config.toml"
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative/is/ignored")
    assert config_path() == home / ".config" / "amisdk" / "config.toml"
    monkeypatch.delenv("XDG_CONFIG_HOME")
    assert config_path() == home / ".config" / "amisdk" / "config.toml"


def test_no_file_is_no_profile() -> None:
    assert load_profile() is None
    assert "amisdk login makes one" in fault("office")


def test_a_profile_is_read_and_shows_no_secret() -> None:
    write(f"{OFFICE}read_only = true\ntimeout = 5\nallow = ['Queue*']\n")
    profile = load_profile("office")
    assert profile is not None
    assert (profile.host, profile.username, profile.read_only) == ("pbx", "ann", True)
    assert (profile.timeout, profile.allow) == (5.0, ("Queue*",))
    assert "s3cr3t-word" not in repr(profile)
    assert profile.secret is not None
    assert profile.secret.get_secret_value() == "s3cr3t-word"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (OFFICE, "office"),
        (f'default = "lab"\n{OFFICE}{LAB}', "lab"),
        (f"{OFFICE}{LAB.replace('lab]', 'default]')}", "default"),
    ],
)
def test_one_profile_is_the_default(text: str, name: str) -> None:
    write(text)
    assert load_profile() == load_profile(name)


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        (OFFICE + LAB, None, "choose one of the profiles with --profile: office, lab"),
        (OFFICE, "ofice", 'has no profile "ofice"; did you mean office?'),
        (OFFICE, "x", 'has no profile "x"; it has office'),
        ("default = 1\n" + OFFICE, None, "default is the name of a profile"),
        ("profiles = 1", None, "profiles are tables"),
        ("[profiles]\noffice = 1", None, "profiles are tables"),
        ("[profiles.a]\nhost = 'x'", None, 'profile "a": username: Field required'),
        (OFFICE + "hst = 'x'", None, 'has an unknown "hst"; did you mean host?'),
        (OFFICE + "port = 'many'", None, 'profile "office": port: Input should be a valid integer'),
        (OFFICE + "secret_file = 'x'", None, "has both secret and secret_file"),
        ("[profiles.a\n", None, "is no TOML"),
    ],
)
def test_what_is_wrong_is_told_with_its_file(text: str, name: str | None, said: str) -> None:
    path = write(text)
    message = fault(name)
    assert said in message
    assert "s3cr3t" not in message
    if "choose" not in said:
        assert str(path) in message


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_a_file_with_a_secret_that_others_may_read_is_refused(mode: int) -> None:
    path = write(OFFICE, mode)
    assert f"others may read it; type: chmod 600 {path}" in fault("office")
    path.chmod(0o600)
    assert load_profile("office") is not None


def test_a_file_without_a_secret_may_be_read_by_others() -> None:
    write(LAB, 0o644)
    assert load_profile("lab") is not None


def test_a_file_of_a_secret_is_private_too(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("word")
    path.chmod(0o644)
    with pytest.raises(Fault, match="chmod 600"):
        private_text(path)
    path.chmod(0o400)
    assert private_text(path) == "word"
    with pytest.raises(Fault, match="cannot read"):
        private_text(tmp_path / "nowhere")


# --- writing ------------------------------------------------------------------------------

VALUES: dict[str, str | int | bool] = {"host": "pbx", "username": "ann", "secret": 'a"b\\c\n#é\x7f'}


def test_a_profile_that_is_stored_can_be_read_by_its_owner_only() -> None:
    path = store_profile("office", {**VALUES, "port": 5039, "tls": True})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    profile = load_profile("office")
    assert profile is not None
    assert profile.secret is not None
    assert profile.secret.get_secret_value() == VALUES["secret"]
    assert (profile.port, profile.tls) == (5039, True)
    assert list(path.parent.iterdir()) == [path]


def test_the_rest_of_the_file_stays_as_it_was() -> None:
    before = f'# mine\ndefault = "lab"  # the usual\n\n{OFFICE}\n# the lab\n{LAB}'
    path = write(before)
    store_profile("office", VALUES)
    text = path.read_text(encoding="utf-8")
    assert text.startswith('# mine\ndefault = "lab"  # the usual\n')
    assert LAB in text
    assert tomllib.loads(text)["profiles"]["office"] == VALUES
    store_profile("new", VALUES)
    assert path.read_text(encoding="utf-8").startswith(text)
    assert [*tomllib.loads(path.read_text(encoding="utf-8"))["profiles"]] == [
        "lab",
        "office",
        "new",
    ]


def test_a_file_that_others_could_read_no_longer_can() -> None:
    path = write(LAB, 0o644)
    store_profile("office", VALUES)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_is_a_link_stays_one(tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.toml"
    real.write_text(LAB)
    path = config_path()
    path.parent.mkdir(parents=True)
    path.symlink_to(real)
    store_profile("office", VALUES)
    assert path.is_symlink()
    assert "office" in real.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["", "a b", "a.b", 'x"', "[a]"])
def test_a_name_that_is_no_key_is_refused(name: str) -> None:
    with pytest.raises(Fault, match="is no name for a profile"):
        store_profile(name, VALUES)


@pytest.mark.parametrize(
    "text",
    [
        "[profiles.a\n",
        'profiles = {office = {username = "x"}}\n',
        '[profiles."office"]\nhost="x"\n',
    ],
)
def test_a_file_that_cannot_be_changed_safely_is_left_alone(text: str) -> None:
    path = write(text)
    with pytest.raises(Fault, match=r"TOML|change it by hand"):
        store_profile("office", VALUES)
    assert path.read_text() == text
