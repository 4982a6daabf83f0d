"""Clients that nobody closes: forgotten, their loop closed, the program over."""

import sys

import pytest

from tests.life.support import Fake, Program, eventually, faking, run


@pytest.fixture
def fake() -> object:
    """Run a server."""
    with faking() as server:
        yield server


def complaints(text: str, fake: Fake, *flags: str) -> list[str]:
    """Run a program that ends well; return what it complains of, but for where and how."""
    with Program(text, fake.port, *flags) as program:
        code, out, err = program.end()
    assert code == 0, out + err
    assert out.endswith("done\n"), out + err
    assert "Traceback" not in err or "-Werror" in flags, err
    marks = ("Warning: ", "Exception ignored", "Error", "never", "pending")
    hint = "Enable tracemalloc"
    return [
        line.partition(" ")[2] if ": ResourceWarning" in line else line
        for line in err.splitlines()
        if any(mark in line for mark in marks) and hint not in line
    ]


ASYNC = "ResourceWarning: an AsyncClient of 127.0.0.1:{} was not closed"
BLOCKING = "ResourceWarning: a Client of 127.0.0.1:{} was not closed"


def test_an_async_client_that_is_forgotten_is_closed_with_a_warning(fake: Fake) -> None:
    told = complaints(
        """
        async def main():
            before = set(os.listdir("/proc/self/fd"))
            ami = async_client()
            await ami.connect()
            ami.on(events.Hangup)(print)
            stream = ami.events()
            ended = asyncio.ensure_future(anext(stream, "ended"))
            await asyncio.sleep(0)
            loop = asyncio.get_running_loop()
            del ami
            assert await ended == "ended"
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            assert asyncio.all_tasks() == {asyncio.current_task()}
            assert [timer for timer in loop._scheduled if not timer.cancelled()] == []
            assert set(os.listdir("/proc/self/fd")) == before

        asyncio.run(main(), debug=False)
        print("done")
        """,
        fake,
    )
    assert told == [ASYNC.format(fake.port)]
    assert "Logoff" not in fake.names()


def test_a_blocking_client_that_is_forgotten_is_closed_with_a_warning(fake: Fake) -> None:
    told = complaints(
        """
        before = set(os.listdir("/proc/self/fd"))
        ami = blocking_client()
        ami.connect()
        ami.on(events.Hangup)(print)
        stream = ami.events()
        threads = [thread for thread in threading.enumerate() if "amisdk" in thread.name]
        assert len(threads) == 2
        del ami
        assert list(stream) == []
        for thread in threads:
            thread.join(30)
        assert threading.enumerate() == [threading.main_thread()]
        assert set(os.listdir("/proc/self/fd")) == before
        print("done")
        """,
        fake,
    )
    assert told == [BLOCKING.format(fake.port)]
    assert eventually(lambda: fake.sessions == 0)


@pytest.mark.parametrize("kind", ["async", "blocking"])
def test_where_warnings_are_errors_it_is_closed_all_the_same(fake: Fake, kind: str) -> None:
    """An error in a finalizer can only be told on standard error, as Python does."""
    program = {
        "async": """
            async def main():
                ami = async_client()
                await ami.connect()
                ended = asyncio.ensure_future(anext(ami.events(), "ended"))
                await asyncio.sleep(0)
                del ami
                assert await ended == "ended"

            asyncio.run(main())
            print("done")
            """,
        "blocking": """
            ami = blocking_client()
            ami.connect()
            stream = ami.events()
            del ami
            assert list(stream) == []
            print("done")
            """,
    }[kind]
    told = complaints(program, fake, "-Werror")
    assert [line.split(":")[0] for line in told] == ["Exception ignored in", "ResourceWarning"]


def test_the_warning_names_the_line_that_let_go_and_the_one_that_made_it(fake: Fake) -> None:
    program = """
        ami = blocking_client()
        ami.connect()
        ami = None  # here
        print("done")
        """
    with Program(program, fake.port, "-Xtracemalloc=10") as running:
        _, _, err = running.end()
    assert err.startswith("<string>:5: ResourceWarning")
    if sys.version_info >= (3, 12):  # an older one does not know where an object was made
        assert '  File "<string>", lineno 3' in err


@pytest.mark.parametrize("made", ["async_client()", "blocking_client()"])
def test_a_client_that_never_connected_goes_without_a_word(fake: Fake, made: str) -> None:
    program = f"ami = {made}\nami.on(events.Hangup)(print)\nami.events()\ndel ami\nprint('done')"
    assert complaints(program, fake) == []


def test_a_cycle_of_client_and_handler_is_found_by_the_collector(fake: Fake) -> None:
    """While it is connected such a client stays; afterwards nothing holds it."""
    out = run(
        """
        import weakref

        def use():
            with blocking_client() as ami:
                @ami.on(events.Hangup)
                def answer(event):
                    ami.send(actions.Ping())
                stream = ami.events(events.Hangup)
                stream.cycle = stream, ami
                return weakref.ref(ami), weakref.ref(answer), weakref.ref(stream)

        async def use_async():
            async with async_client() as ami:
                @ami.on(events.Hangup)
                async def answer(event):
                    await ami.send(actions.Ping())
                stream = ami.events(events.Hangup)
                stream.cycle = stream, ami
                return weakref.ref(ami), weakref.ref(answer), weakref.ref(stream)

        async def main():
            refs = await use_async()
            gc.collect()
            return [ref() for ref in refs]

        refs = use()
        gc.collect()
        print([ref() for ref in refs], asyncio.run(main()))
        """,
        fake.port,
        "-Werror",
    )
    assert out == "[None, None, None] [None, None, None]\n"


def test_a_stream_that_is_forgotten_unsubscribes_whoever_finds_out(fake: Fake) -> None:
    """The collector runs in any thread, even while another one holds the client's lock."""
    out = run(
        """
        with blocking_client() as ami:
            subscriptions = ami._dispatcher._subscriptions
            stream = ami.events()
            stream.cycle = stream
            with ami._pump._lock:
                del stream
                thread = threading.Thread(target=gc.collect)
                thread.start()
                thread.join(30)
                assert not thread.is_alive()
                print(len(subscriptions), end=" ")
            while subscriptions:
                time.sleep(0.01)
            print(len(subscriptions))

        async def main():
            async with async_client() as ami:
                subscriptions = ami._dispatcher._subscriptions
                stream = ami.events()
                stream.cycle = stream
                del stream
                await asyncio.to_thread(gc.collect)
                while subscriptions:
                    await asyncio.sleep(0)
                print(len(subscriptions))

        asyncio.run(main())
        """,
        fake.port,
        "-Werror",
    )
    assert out == "1 0\n0\n"


# --- the loop is closed -------------------------------------------------------------------

LEFT_OPEN = """
    async def main():
        ami = async_client()
        await ami.connect()
        @ami.on(events.Hangup)
        async def handle(event):
            await asyncio.sleep(60)
        stream = ami.events()
        tasks = [
            asyncio.ensure_future(ami.send(actions.Originate(channel="x", application="Wait"))),
            asyncio.ensure_future(anext(stream)),
            asyncio.ensure_future(ami.wait_closed()),
        ]
        await asyncio.sleep(0)
        return ami, stream

    ami, stream = asyncio.run(main())
    """
TRANSPORT = "ResourceWarning: unclosed transport"


def test_a_client_whose_loop_is_closed_is_forgotten_as_any(fake: Fake) -> None:
    told = complaints(LEFT_OPEN + "del ami, stream\n    gc.collect()\n    print('done')", fake)
    assert told[0] == ASYNC.format(fake.port)
    # asyncio's own, about what the loop left open
    assert [line[: len(TRANSPORT)] for line in told[1:]] == [TRANSPORT]
    assert eventually(lambda: fake.sessions == 0)


def test_a_client_whose_loop_is_closed_can_be_closed(fake: Fake) -> None:
    told = complaints(
        LEFT_OPEN
        + """
    async def close():
        for _ in range(2):
            await ami.close()
        assert "closed>" in repr(ami)
        await ami.wait_closed()
        assert await anext(ami.events(), "ended") == "ended"

    asyncio.run(close())
    assert not ami.connected
    gc.collect()
    print("done")
    """,
        fake,
    )
    assert [line[: len(TRANSPORT)] for line in told] == [TRANSPORT]


def test_a_client_whose_loop_is_closed_says_so_to_every_other_use(fake: Fake) -> None:
    complaints(
        LEFT_OPEN
        + """
    async def use():
        for work in (
            lambda: ami.send(actions.Ping()),
            lambda: anext(ami.stream(actions.CoreShowChannels())),
            lambda: ami.wait_closed(),
            lambda: anext(ami.events()),
            lambda: ami.doctor(),
        ):
            try:
                await asyncio.wait_for(work(), 30)
            except RuntimeError as error:
                assert "belongs to another event loop" in str(error), error
            else:
                raise AssertionError(work)
        await ami.close()

    asyncio.run(use())
    print("done")
    """,
        fake,
    )


def test_a_loop_that_stands_still_lets_a_client_be_closed(fake: Fake) -> None:
    out = run(
        """
        loop = asyncio.new_event_loop()

        async def main():
            ami = async_client()
            await ami.connect()
            ami.on(events.Hangup)(print)
            return ami

        ami = loop.run_until_complete(main())
        asyncio.run(ami.close())
        print(ami.connected)
        loop.run_until_complete(asyncio.sleep(0))
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()
        """,
        fake.port,
        "-Werror",
    )
    assert out == "False\n"


# --- the program is over ------------------------------------------------------------------


LASTS = {
    "nothing": "",
    "a thread sends": "threading.Thread(target=ami.send, args=(actions.Ping(),)).start()",
    "a thread listens": """
stream = ami.events()
threading.Thread(target=next, args=(stream,), daemon=True).start()
""",
    "a handler works": """
ami.on(events.Newstate)(lambda _: time.sleep(100))
ami.originate(actions.Originate(channel='PJSIP/x', application='Wait', data='1'))
""",
    "exit": "sys.exit(0)",
    "sent at exit": "import atexit; atexit.register(lambda: ami.send(actions.Ping()))",
    "closed at exit": "import atexit; atexit.register(ami.close)",
}


@pytest.mark.parametrize("last", LASTS.values(), ids=LASTS)
def test_a_program_ends_at_once_with_a_client_that_nobody_closed(fake: Fake, last: str) -> None:
    assert run(f"ami = blocking_client()\nami.connect()\n{last}", fake.port, "-Werror") == ""
    assert eventually(lambda: fake.sessions == 0)


def test_a_program_ends_at_once_with_an_async_client_that_nobody_closed(fake: Fake) -> None:
    told = complaints(LEFT_OPEN + "print('done')", fake)
    # asyncio's own, about what the loop left open
    assert not [line for line in told if not line.startswith("ResourceWarning: unclosed")]
    assert eventually(lambda: fake.sessions == 0)


def test_an_exception_ends_a_program_as_ever(fake: Fake) -> None:
    program = "ami = blocking_client()\nami.connect()\nami.events()\nraise SystemError('enough')"
    with Program(program, fake.port) as running:
        code, _, err = running.end()
    assert code == 1
    assert err.splitlines()[-1] == "SystemError: enough"
    assert "Exception ignored" not in err
