"""Transfers: one side of a call sends the other elsewhere, or joins two calls of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .channels import Channel

if TYPE_CHECKING:
    from .calls import Call

__all__ = ["join_calls", "send_on"]


def send_on(call: Call, transferer: Channel, context: str, exten: str) -> None:
    """Transfer blindly: the other side goes to an extension, and the transferer is hung up.

    Raises:
        RuntimeError: There are no two sides that hear each other.
    """
    world, bridge, other = call.world, call.bridge, call.other_than(transferer)
    if bridge is None or other is None:
        raise RuntimeError(f"{call} is no call of two")
    told = {
        "Result": "Success",
        **transferer.snapshot("Transferer"),
        **other.snapshot("Transferee"),
        **bridge.snapshot(),
        "IsExternal": "No",
        "Context": context,
        "Extension": exten,
    }
    world.tell("BlindTransfer", told)
    call.part(transferer)
    world.hang_up(transferer)
    world.dialplan.run(other, context, exten)


def join_calls(call: Call, transferer: Channel, second: Call) -> None:
    """Transfer after asking: the other side takes the transferer's place in a second call.

    Raises:
        RuntimeError: The transferer has no part in that call, or there are no two sides.
    """
    world, bridge, transferee = call.world, call.bridge, call.other_than(transferer)
    own = next((one for one in second.parties if one.device == transferer.device), None)
    target = second.other_than(own) if own is not None and call is not second else None
    if own is None or target is None or second.bridge is None or second.status != "up":
        raise RuntimeError(f"{transferer.device} has no second call in {second}")
    if bridge is None or transferee is None:
        raise RuntimeError(f"{call} is no call of two")
    told = {
        "Result": "Success",
        **transferer.snapshot("OrigTransferer"),
        **bridge.snapshot("Orig"),
        **own.snapshot("SecondTransferer"),
        **second.bridge.snapshot("Second"),
        **transferee.snapshot("Transferee"),
        **target.snapshot("TransferTarget"),
        "IsExternal": "No",
        "DestType": "Bridge",
        "DestBridgeUniqueid": second.bridge.unique_id,
    }
    call.status = "ended"
    transferer.doing = None
    world.leave(transferee)
    second.replace(own, transferee)
    world.leave(own)
    world.enter(second.bridge, transferee)
    transferee.connected_num, transferee.connected_name = (
        target.caller_id_num,
        target.caller_id_name,
    )
    target.connected_num, target.connected_name = (
        transferee.caller_id_num,
        transferee.caller_id_name,
    )
    world.tell("NewConnectedLine", transferee.snapshot())
    world.tell("NewConnectedLine", target.snapshot())
    world.tell("AttendedTransfer", told)
    world.leave(transferer)
    world.hang_up(transferer)
    world.hang_up(own)
