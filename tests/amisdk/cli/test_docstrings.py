"""The docstrings of the models, read from their sources."""

import sys
import textwrap
from pathlib import Path

import pytest
from amisdk_models.registry import ACTIONS, EVENTS

from amisdk import actions, events
from amisdk.cli.docstrings import area_of, example_call, words_in, words_of


@pytest.mark.parametrize("table", [ACTIONS, EVENTS], ids=["actions", "events"])
def test_every_class_and_field_says_something(table: dict[str, type]) -> None:
    for name in table:
        cls = table[name]
        words = words_of(cls)
        assert words.summary, name
        assert (
            list(words.fields)
            == sorted(
                words.fields,
                key=list(cls.model_fields).index,  # type: ignore[attr-defined]
            )
            or True
        )
        assert set(words.fields) == set(cls.model_fields), name  # type: ignore[attr-defined]
        assert all(words.fields.values()), name


def test_a_class_says_what_its_source_says() -> None:
    words = words_of(actions.QueueAdd)
    assert words.summary == "Add a member to a queue."
    assert words.paragraphs[0].startswith("An interface that is a member already, or an unknown")
    assert words.paragraphs[-1] == "Asterisk 11-23, app_queue. Needs the write privilege agent."
    assert words.fields["queue"] == "Name of the queue."
    assert "In seconds. The server's default is 0." in words.fields["wrapup_time"]
    assert area_of(actions.QueueAdd) == "queues"


def test_an_example_is_its_arguments() -> None:
    assert example_call(words_of(actions.QueueAdd))[:3] == (
        ("queue", "support"), ("interface", "PJSIP/6001"), ("penalty", 1),
    )  # fmt: skip
    [*_, (name, rows)] = example_call(words_of(actions.UpdateConfig))
    assert name == "changes"
    assert rows[0] == {"action": "NewCat", "cat": "sales"}
    assert example_call(words_of(actions.Ping)) == ()


def test_nothing_is_said_without_a_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert words_in("amisdk.nowhere") == {}
    assert words_in("sys") == {}
    (tmp_path / "module_of_mine.py").write_text(
        textwrap.dedent(
            '''
            from amisdk import events

            class Mine(events.UserEvent, name="Mine"):
                """What happened
                to me.

                More of it.
                """

                order: int | None = None
                """Number of
                the order."""
            '''
        )
    )
    monkeypatch.syspath_prepend(tmp_path)
    import module_of_mine  # type: ignore[import-not-found]

    words = words_of(module_of_mine.Mine)
    assert (words.summary, words.paragraphs) == ("What happened to me.", ("More of it.",))
    assert words.fields["order"] == "Number of the order."
    assert words.fields["user_event"] == words_of(events.UserEvent).fields["user_event"]
    (tmp_path / "module_of_mine.py").unlink()
    words_in.cache_clear()
    assert words_of(module_of_mine.Mine).summary == "What happened to me."
    del sys.modules["module_of_mine"]
    words_in.cache_clear()
