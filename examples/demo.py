"""The first look at amisdk: typed actions, typed replies, typed events, and a validation error.

``python examples/demo.py`` shows it on an embedded server;
``python examples/demo.py admin:secret@host:5038 PJSIP/6001`` on a PBX, calling that channel.
"""

import asyncio
import sys

from pydantic import ValidationError

from amisdk import AsyncClient, actions, errors, events
from amisdk.testing import FakeAsterisk


def title(text: str) -> None:
    """Print a heading."""
    print(f"\n== {text}")


async def show(ami: AsyncClient, channel: str) -> None:
    """Send a few actions, and print what comes back."""
    print(f"connected: {ami.greeting}")

    title("Ping: a single reply")
    pong = await ami.send(actions.Ping())
    print(f"  {pong.ping} at {pong.timestamp}")

    title("CoreSettings: a reply with typed fields")
    settings = await ami.send(actions.CoreSettings())
    print(f"  Asterisk {settings.asterisk_version}, AMI {settings.ami_version}")
    print(f"  records calls (CDR): {settings.core_cdr_enabled}")

    title("QueueStatus: a list, its items of their own classes")
    status = await ami.send(actions.QueueStatus())
    for item in status.items:
        match item:
            case events.QueueParams():
                print(f"  queue {item.queue}: {item.calls} waiting, {item.completed} served")
            case events.QueueMember():
                print(f"    member {item.name} on {item.location}, paused: {item.paused}")
            case events.QueueEntry():
                print(f"    caller {item.caller_id_num} waits since {item.wait} s")
    print(f"  {len(status.items)} items")

    title("Command: the output of the command line")
    uptime = await ami.send(actions.Command(command="core show uptime"))
    for line in uptime.output or ():
        print(f"  {line}")

    title("Originate: a call, its events, and what became of it")

    @ami.on(events.Newchannel, events.Newstate, events.Hangup)
    def tell(event: events.Newchannel | events.Newstate | events.Hangup) -> None:
        print(f"  event {event.ami_name:<10} {event.channel} {event.channel_state_desc}")

    call = actions.Originate(channel=channel, application="Wait", data="1", timeout=5000)
    try:
        outcome = await ami.originate(call)
        print(f"  answered: {outcome.channel}, reason {outcome.reason}")
    except errors.OriginateFailed as error:
        print(f"  not answered: {error}")
    await asyncio.sleep(1.5)
    ami.off(tell)

    title("A mistake: refused on your own line, before a byte is sent")
    print('  actions.QueueAdd(queue="support", interface="PJSIP/6001", penalty=-1)')
    try:
        actions.QueueAdd(queue="support", interface="PJSIP/6001", penalty=-1)
    except ValidationError as error:
        for line in str(error).splitlines():
            print(f"  {line}")


async def main(address: str, channel: str) -> None:
    """Run the demonstration on a PBX, or on an embedded server."""
    if address:
        async with AsyncClient.from_url(f"ami://{address}") as ami:
            await show(ami, channel or "Local/100@scenarios")
        return
    async with FakeAsterisk(ring=0.2) as server:
        print("no PBX given: this is an embedded server (make demo AMI=user:secret@host:5038)")
        async with AsyncClient.from_url(server.url) as ami:
            await show(ami, channel or "PJSIP/6001")


if __name__ == "__main__":
    given = [*sys.argv[1:], "", ""]
    try:
        asyncio.run(main(given[0], given[1]))
    except (errors.AmiError, ValueError) as error:
        sys.exit(f"demo: {error}")
