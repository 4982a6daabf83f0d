"""What type checkers must infer, and what they must refuse. Read by test_typing.py, never run.

``# revealed: T`` after a reveal_type: both checkers say T. ``# wrong``: both report an error.
"""

from typing import reveal_type

from amisdk import AsyncClient, Client, RawAction, actions, errors, events, lifecycle


async def replies(ami: AsyncClient) -> None:
    reveal_type(await ami.send(actions.Ping()))  # revealed: PingReply
    reveal_type((await ami.send(actions.Ping())).ping)  # revealed: str | None
    reveal_type((await ami.send(actions.Ping(), check=False)).ok)  # revealed: bool

    status = await ami.send(actions.QueueStatus(queue="support"))
    reveal_type(status)  # revealed: QueueStatusReply
    reveal_type(status.items)  # revealed: tuple[QueueParams | QueueMember | QueueEntry, ...]
    reveal_type(status.end)  # revealed: QueueStatusComplete | None
    for item in status.items:
        if isinstance(item, events.QueueMember):
            reveal_type(item.paused)  # revealed: bool | None

    async for channel in ami.stream(actions.CoreShowChannels()):
        reveal_type(channel)  # revealed: CoreShowChannel
        reveal_type(channel.duration)  # revealed: int | None

    call = actions.Originate(channel="PJSIP/6001", context="default", exten="100", priority=1)
    reveal_type(await ami.originate(call))  # revealed: OriginateResponse
    printed = await ami.send(actions.Command(command="core show uptime"))
    reveal_type(printed.output)  # revealed: tuple[str, ...] | None
    reveal_type((await ami.send(RawAction("X"))).items)  # revealed: tuple[Event, ...]


async def incoming(ami: AsyncClient) -> None:
    async for event in ami.events(events.Newchannel, events.Hangup):
        reveal_type(event)  # revealed: Newchannel | Hangup
        if isinstance(event, events.Hangup):
            reveal_type(event.cause)  # revealed: int | None
            reveal_type(event.headers)  # revealed: Headers
            reveal_type(event.timestamp)  # revealed: datetime | None
    async for anything in ami.events():
        reveal_type(anything)  # revealed: Event

    @ami.on(events.Hangup)
    async def good(event: events.Hangup) -> None:
        reveal_type(event.cause_txt)  # revealed: str | None

    reveal_type(await good(events.Hangup()))  # revealed: None

    async for one in ami.events(
        events.Newchannel, events.Newstate, events.DialBegin, events.DialEnd, events.Hangup
    ):
        reveal_type(one)  # revealed: Newchannel | Newstate | DialBegin | DialEnd | Hangup

    @ami.on(events.Hangup)  # wrong
    def bad(event: events.Newchannel) -> None: ...


async def lifetimes(ami: AsyncClient) -> None:
    async for event in ami.events(lifecycle.Reconnected, events.Hangup, overflow="block"):
        reveal_type(event)  # revealed: Reconnected | Hangup
    ami.events(events.Hangup, overflow="burst")  # wrong
    AsyncClient(username="a", secret=lambda: "b", offline="fail", retry="idempotent")
    AsyncClient(username="a", secret="b", offline="never")  # wrong

    @ami.on(lifecycle.Reconnected, queue_size=10)
    async def back(event: lifecycle.Reconnected) -> None:
        reveal_type(event.gap)  # revealed: float


def blocking(ami: Client) -> None:
    reveal_type(ami.send(actions.Ping()))  # revealed: PingReply
    for channel in ami.stream(actions.CoreShowChannels()):
        reveal_type(channel)  # revealed: CoreShowChannel
    call = actions.Originate(channel="PJSIP/6001", application="Wait")
    reveal_type(ami.originate(call))  # revealed: OriginateResponse
    for event in ami.events(events.Newchannel, events.Hangup):
        reveal_type(event)  # revealed: Newchannel | Hangup
    reveal_type(ami.events(events.Hangup).get(timeout=1))  # revealed: Hangup

    @ami.on(events.Hangup)
    def good(event: events.Hangup) -> None: ...

    reveal_type(good(events.Hangup()))  # revealed: None


def mistakes(error: errors.ActionFailed) -> None:
    actions.QueueAdd(queue="support", interface="PJSIP/6001", penalty=1)
    actions.QueueAdd(queue="support", interfaces="PJSIP/6001")  # wrong
    actions.QueueAdd(queue="support")  # wrong
    actions.QueueAdd(queue="support", interface="PJSIP/6001", penalty="1")  # wrong
    actions.ModuleLoad(module="res_fax.so", load_type="unload")
    actions.ModuleLoad(module="res_fax.so", load_type="destroy")  # wrong
    actions.NoSuchAction()  # wrong
    print(events.NoSuchEvent)  # wrong
    ping = actions.Ping()
    print(ping.nothing)  # wrong
    reveal_type(error.reply)  # revealed: Reply | None
    call = actions.Originate(channel="x", application="y", variables={"A": 1})
    reveal_type(call.variables)  # revealed: Mapping[str, str | int | float] | None
