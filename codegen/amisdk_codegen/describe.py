"""From a checked action or event to its facts, as the plan has them."""

from __future__ import annotations

from collections.abc import Iterable

from .examples import command_options
from .facts import ActionFacts, BlockFacts, EventFacts, ReplyFacts, RuleFacts
from .fields import Namer
from .gather import Spec
from .model import ActionSpec, EventSpec, ReplySpec, RuleSpec
from .names import field_name

__all__ = ["action_facts", "event_facts"]


def action_facts(
    name: str,
    cls: str,
    action: ActionSpec,
    namer: Namer,
    example: list[str],
    records: dict[str, str],
) -> ActionFacts:
    """Tell the facts of an action whose fields have their names."""
    blocks = None
    if action.blocks is not None:
        field, unless = action.blocks.field, action.blocks.unless
        blocks = BlockFacts(
            namer.known(field, None, "blocks"), unless and namer.known(unless, None, "blocks")
        )
    return ActionFacts(
        name=name,
        summary=action.summary,
        doc=action.doc or "",
        module=tuple(action.module),
        versions=action.versions,
        privilege=tuple(action.privilege),
        danger=tuple(action.danger),
        read_only=action.read_only,
        idempotent=action.idempotent,
        replaced_by=tuple(action.replaced_by),
        rules=tuple(fact for rule in action.rules for fact in _rules(rule, namer)),
        blocks=blocks,
        reply=_reply(action.reply),
        example=tuple(example),
        options=tuple(command_options(action, namer)),
        reply_class=f"{cls}Reply",
        records=tuple(records.values()),
    )


def event_facts(spec: Spec, name: str, event: EventSpec) -> EventFacts:
    """Tell the facts of an event."""
    return EventFacts(
        name=name,
        summary=event.summary,
        doc=event.doc or "",
        module=tuple(event.module),
        versions=event.versions,
        privilege=tuple(event.class_),
        named_by=event.named_by and field_name(event.named_by, name, spec.names),
    )


def _rules(rule: RuleSpec, namer: Namer) -> Iterable[RuleFacts]:
    def names(wires: Iterable[str]) -> tuple[str, ...]:
        return tuple(namer.known(wire, None, "the rule") for wire in wires)

    if rule.one_of is not None:
        yield RuleFacts("one_of", tuple(map(names, rule.one_of)))
    elif rule.any_of is not None:
        yield RuleFacts("any_of", (names(rule.any_of),))
    elif rule.exclusive is not None:
        yield RuleFacts("exclusive", (names(rule.exclusive),))
    else:
        for wire, others in (rule.needs or {}).items():
            yield RuleFacts("needs", (names([wire]), names(others)))


def _reply(reply: ReplySpec) -> ReplyFacts:
    listed = reply.list
    shape: str = reply.shape
    if listed is not None:
        shape = "list"
    elif reply.event is not None and shape == "single":
        shape = "event"
    return ReplyFacts(
        shape=shape,
        items=tuple(listed.items) if listed else (),
        end=listed.end if listed else None,
        empty=tuple(listed.empty) if listed else (),
        event=reply.event,
        later=reply.later,
    )
