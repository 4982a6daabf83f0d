"""The rules between fields: what they refuse, and what they say."""

import pytest

from amisdk.rules import AnyOf, Exclusive, Needs, OneOf, Rule

PLACE = OneOf((("exten", "context", "priority"), ("application",)))
PROOF = OneOf((("secret",), ("key",)))


@pytest.mark.parametrize(
    ("rule", "given", "said"),
    [
        (PLACE, "exten context priority", None),
        (PLACE, "application", None),
        (PLACE, "application data channel", None),
        (PLACE, "", "give exten, context and priority, or application"),
        (PLACE, "channel", "give exten, context and priority, or application"),
        (
            PLACE,
            "exten application",
            "give only one of: exten, context and priority, or application",
        ),
        (
            PLACE,
            "exten context priority application",
            "give only one of: exten, context and priority, or application",
        ),
        (
            PLACE,
            "exten",
            (
                "context and priority must be given too "
                "(either exten, context and priority, or application)"
            ),
        ),
        (
            PLACE,
            "exten context",
            "priority must be given too (either exten, context and priority, or application)",
        ),
        (PROOF, "", "give secret, or key"),
        (PROOF, "secret", None),
        (PROOF, "key", None),
        (PROOF, "secret key", "give only one of: secret, or key"),
        (AnyOf(("a", "b", "c")), "", "give a, b or c"),
        (AnyOf(("a", "b")), "d", "give a or b"),
        (AnyOf(("a",)), "", "give a"),
        (AnyOf(("a", "b")), "b", None),
        (AnyOf(("a", "b")), "a b", None),
        (Exclusive(("a", "b")), "", None),
        (Exclusive(("a", "b")), "b c", None),
        (Exclusive(("a", "b")), "a b", "give only one of a and b"),
        (Exclusive(("a", "b", "c")), "a c", "give only one of a, b and c"),
        (Needs("data", ("application",)), "", None),
        (Needs("data", ("application",)), "application", None),
        (Needs("data", ("application",)), "data application", None),
        (Needs("data", ("application",)), "data", "data needs application"),
        (Needs("a", ("b", "c", "d")), "a", "a needs b, c and d"),
        (Needs("a", ("b", "c", "d")), "a c", "a needs b and d"),
        (Needs("a", ("b", "c")), "b", None),
    ],
)
def test_a_rule_says_what_to_mend(rule: Rule, given: str, said: str | None) -> None:
    assert rule.broken(frozenset(given.split())) == said
