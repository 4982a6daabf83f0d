"""The tree of errors: its drawing, its parents, and that errors survive pickling."""

import copy
import inspect
import pickle
import re
from typing import Any

import pytest

from amisdk import actions, errors, events
from amisdk.errors import AmiError
from amisdk.models import Reply

PING = actions.Ping()
EVENT = events.OriginateResponse.from_frame("Event: OriginateResponse\r\nReason: 5")
REPLY = Reply(response="Error", message="no")

WITH_ATTRIBUTES: list[tuple[type[AmiError], dict[str, Any]]] = [
    (errors.InvalidAction, {"field": "Channel"}),
    (errors.DuplicateActionID, {"field": "ActionID"}),
    (errors.ConnectionClosed, {"action": PING}),
    (errors.NotSent, {"action": PING}),
    (errors.OutcomeUnknown, {"action": PING}),
    (errors.ActionTimeout, {"action": PING, "items": (EVENT,)}),
    (errors.ActionFailed, {"action": PING, "reply": REPLY}),
    (errors.PermissionDenied, {"action": PING, "reply": REPLY}),
    (errors.UnknownAction, {"action": PING, "reply": REPLY}),
    (errors.OriginateFailed, {"action": PING, "reply": REPLY, "event": EVENT}),
]


def drawn_tree() -> dict[str, tuple[str | None, str | None]]:
    """Read the docstring's drawing: name to (parent in the tree, parent of the stdlib)."""
    tree: dict[str, tuple[str | None, str | None]] = {}
    path: list[str] = []
    for line in (errors.__doc__ or "").split("\n"):
        found = re.fullmatch(r" {4}((?:[│ ] {3})*)([├└]── )?(\w+)(?: \((\w+)\))?(?: {2}.*)?", line)
        if found is None:
            continue
        depth = len(found[1]) // 4 + (1 if found[2] else 0)
        del path[depth:]
        tree[found[3]] = (path[-1] if path else None, found[4])
        path.append(found[3])
    return tree


def classes() -> dict[str, type[AmiError]]:
    return {
        name: value
        for name, value in vars(errors).items()
        if inspect.isclass(value) and issubclass(value, AmiError)
    }


def test_the_docstring_draws_the_tree_of_the_classes() -> None:
    tree: dict[str, tuple[str | None, str | None]] = {}
    for name, cls in classes().items():
        ours = [base.__name__ for base in cls.__bases__ if issubclass(base, AmiError)]
        foreign = [
            base.__name__
            for base in cls.__bases__
            if not issubclass(base, AmiError) and base is not Exception
        ]
        assert len(ours) <= 1
        assert len(foreign) <= 1
        tree[name] = (ours[0] if ours else None, foreign[0] if foreign else None)
    assert drawn_tree() == tree


def test_every_error_is_exported() -> None:
    assert sorted(classes()) == errors.__all__


@pytest.mark.parametrize(
    ("cls", "parent"),
    [
        (errors.InvalidAction, ValueError),
        (errors.DuplicateActionID, ValueError),
        (errors.ConnectTimeout, TimeoutError),
        (errors.ActionTimeout, TimeoutError),
    ],
)
def test_who_knows_only_the_standard_library_can_catch(
    cls: type[AmiError], parent: type[Exception]
) -> None:
    with pytest.raises(parent, match="why"):
        raise cls("why")


@pytest.mark.parametrize(("cls", "attributes"), WITH_ATTRIBUTES)
@pytest.mark.parametrize("copied", [lambda e: pickle.loads(pickle.dumps(e)), copy.copy])
def test_a_pickled_or_copied_error_keeps_its_attributes(
    cls: type[AmiError], attributes: dict[str, Any], copied: Any
) -> None:
    error = copied(cls("what happened", **attributes))
    assert type(error) is cls
    assert str(error) == "what happened"
    assert {name: getattr(error, name) for name in attributes} == attributes


@pytest.mark.parametrize("cls", classes().values(), ids=classes())
def test_every_error_pickles_with_only_a_message(cls: type[AmiError]) -> None:
    error = pickle.loads(pickle.dumps(cls("what happened")))
    assert type(error) is cls
    assert error.args == ("what happened",)


@pytest.mark.parametrize(("cls", "attributes"), WITH_ATTRIBUTES)
def test_every_attribute_may_be_missing(cls: type[AmiError], attributes: dict[str, Any]) -> None:
    error = cls("what happened")
    assert {name: getattr(error, name) for name in attributes} == {
        name: () if name == "items" else None for name in attributes
    }


def test_not_sent_and_outcome_unknown_are_told_apart() -> None:
    assert not issubclass(errors.NotSent, errors.OutcomeUnknown)
    assert not issubclass(errors.OutcomeUnknown, errors.NotSent)
