"""Messages that are made up from the spec."""

import pytest
from amisdk_models import registry

from amisdk.testing.samples import sample_of


@pytest.mark.parametrize("name", sorted(registry.EVENTS))
def test_a_made_up_event_fits_its_model(name: str) -> None:
    cls = registry.EVENTS[name]
    pairs = sample_of(cls)
    message = cls.from_frame("\r\n".join([f"Event: {name}", *(f"{k}: {v}" for k, v in pairs)]))
    assert message.issues == ()
    assert not message.extra_headers


def test_a_made_up_reply_fits_its_model_and_fills_every_field() -> None:
    for cls in registry.ACTIONS.values():
        kind = cls.ami.reply
        lines = ["Response: Success", *(f"{key}: {text}" for key, text in sample_of(kind))]
        assert kind.from_frame("\r\n".join(lines)).issues == (), cls


def test_names_tell_more_than_types() -> None:
    sample = dict(sample_of(registry.EVENTS["MeetmeJoin"]))
    assert sample["Meetme"] == "900"
    assert sample["Channel"].startswith("PJSIP/")
    assert "Privilege" not in sample
