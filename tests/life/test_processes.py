"""Clients and other processes: forks, and processes that a client is handed to."""

import os

import pytest

from tests.life.support import Fake, faking, run

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")

# Newer Pythons warn of every fork in a process with threads.
FLAGS = ("-Werror", "-Wignore:This process:DeprecationWarning")

CHILD = """
    def in_child(work):
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            code = 1
            try:
                work()
                code = 0
            except BaseException:
                import traceback
                traceback.print_exc()
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0

    def refused(work):
        try:
            work()
        except RuntimeError as error:
            assert "made before a fork" in str(error), error
        else:
            raise AssertionError("it was not refused")
    """


@pytest.fixture
def fake() -> object:
    """Run a server."""
    with faking() as server:
        yield server


def test_a_blocking_client_is_refused_in_a_child_and_goes_on_in_its_parent(fake: Fake) -> None:
    out = run(
        CHILD
        + """
    def use():
        refused(lambda: ami.send(actions.Ping()))
        refused(lambda: next(ami.stream(actions.CoreShowChannels())))
        refused(lambda: ami.on(events.Hangup))
        refused(lambda: ami.off(print))
        refused(lambda: ami.events())
        refused(lambda: ami.connect())
        refused(lambda: new.connect())
        refused(lambda: ami.doctor())
        refused(ami.wait_closed)
        refused(lambda: stream.get(timeout=30))
        assert ami.stats.connections == 1
        assert "admin@127.0.0.1" in repr(ami)
        ami.close()
        ami.close()
        refused(lambda: ami.send(actions.Ping()))

    new = blocking_client()
    with blocking_client() as ami:
        stream = ami.events(events.UserEvent)
        for _ in range(3):
            in_child(use)
            assert ami.send(actions.Ping()).ping == "Pong"
        ami.send(RawAction("UserEvent", {"UserEvent": "Still"}))
        print(stream.get(timeout=30).user_event, ami.stats.connections)
    """,
        fake.port,
        *FLAGS,
    )
    assert out == "Still 1\n"
    assert fake.names().count("Logoff") == 1


def test_an_async_client_is_refused_in_a_child_and_goes_on_in_its_parent(fake: Fake) -> None:
    out = run(
        CHILD
        + """
    def drive(work):
        coroutine = work()
        try:
            coroutine.send(None)
        finally:
            coroutine.close()

    def use():
        refused(lambda: drive(lambda: ami.send(actions.Ping())))
        refused(lambda: ami.on(events.Hangup))
        refused(lambda: ami.events())
        refused(lambda: asyncio.run(ami.send(actions.Ping())))
        refused(lambda: asyncio.run(ami.wait_closed()))
        refused(lambda: asyncio.run(ami.connect()))
        refused(lambda: asyncio.run(anext(stream)))
        assert ami.stats.connections == 1
        asyncio.run(ami.close())
        asyncio.run(ami.close())

    async def main():
        global ami, stream
        async with async_client() as ami:
            stream = ami.events(events.UserEvent)
            for _ in range(3):
                in_child(use)
                assert (await ami.send(actions.Ping())).ping == "Pong"
            await ami.send(RawAction("UserEvent", {"UserEvent": "Still"}))
            print((await anext(stream)).user_event, ami.stats.connections)

    asyncio.run(main())
    """,
        fake.port,
        *FLAGS,
    )
    assert out == "Still 1\n"
    assert fake.names().count("Logoff") == 1


@pytest.mark.parametrize("kind", ["blocking", "async"])
def test_a_client_that_is_forgotten_in_a_child_leaves_the_connection_alone(
    fake: Fake, kind: str
) -> None:
    """Even where another thread held the lock when the process forked."""
    program = {
        "blocking": """
    def forget():
        global ami, stream
        del stream
        ami = None
        gc.collect()

    ami = blocking_client()
    ami.connect()
    stream = ami.events()
    held, over = threading.Event(), threading.Event()

    def hold():
        with ami._pump._lock:
            held.set()
            over.wait(30)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(30)
    in_child(forget)
    over.set()
    thread.join(30)
    print(ami.send(actions.Ping()).ping)
    ami.close()
    """,
        "async": """
    def forget():
        global ami, stream
        del stream
        ami = None
        gc.collect()

    async def main():
        global ami, stream
        ami = async_client()
        await ami.connect()
        stream = ami.events()
        in_child(forget)
        print((await ami.send(actions.Ping())).ping)
        await ami.close()

    asyncio.run(main())
    """,
    }[kind]
    assert run(CHILD + program, fake.port, *FLAGS) == "Pong\n"
    assert fake.names().count("Logoff") == 1


def test_a_child_that_ends_as_programs_do_leaves_the_connection_alone(fake: Fake) -> None:
    """With all that Python does at exit, but for what the child's own code leaves."""
    out = run(
        """
    faulthandler.cancel_dump_traceback_later()  # a child would wait for its thread, at exit
    with blocking_client() as ami:
        stream = ami.events()
        ami.on(events.Hangup)(print)
        child = os.fork()
        if child == 0:
            sys.exit(7)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), ami.send(actions.Ping()).ping)
    """,
        fake.port,
        *FLAGS,
    )
    assert out == "7 Pong\n"
    assert fake.names().count("Logoff") == 1


def test_a_child_makes_a_client_of_its_own(fake: Fake) -> None:
    out = run(
        CHILD
        + """
    def use():
        with blocking_client() as own:
            print("child", own.send(actions.Ping()).ping, flush=True)

    with blocking_client() as ami:
        in_child(use)
        print("parent", ami.send(actions.Ping()).ping)
    """,
        fake.port,
        *FLAGS,
    )
    assert out == "child Pong\nparent Pong\n"
    assert fake.names().count("Logoff") == 2


@pytest.mark.parametrize("kind", ["blocking", "async"])
@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_a_client_is_not_handed_to_another_process(fake: Fake, kind: str, method: str) -> None:
    out = run(
        f"""
    import multiprocessing
    from multiprocessing.pool import Pool

    if __name__ == "__main__":
        context = multiprocessing.get_context("{method}")
        ami = {kind}_client()
        if "{kind}" == "blocking":
            ami.connect()
        with context.Pool(1) as pool:
            try:
                pool.apply(repr, (ami,))
            except TypeError as error:
                print(error)
            print(pool.apply(repr, ("something else",)))
            pool.close()
            pool.join()
        if "{method}" != "fork":
            try:
                context.Process(target=print, args=(ami,)).start()
            except TypeError as error:
                print(error)
        if "{kind}" == "blocking":
            ami.close()
    """,
        fake.port,
        *FLAGS,
    )
    refused = "a client cannot be pickled: it holds a connection and a secret"
    told = [refused, "'something else'", *([refused] if method != "fork" else [])]
    assert out.splitlines() == told


def test_what_came_and_what_failed_is_handed_to_another_process(fake: Fake) -> None:
    out = run(
        """
    import multiprocessing

    if __name__ == "__main__":
        with blocking_client() as ami:
            found = [ami.send(actions.Ping()), ami.send(actions.QueueStatus())]
            try:
                ami.send(actions.Command(command="nonsense"))
            except errors.ActionFailed as error:
                found.append(error)
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            for one in found:
                same = pool.apply(list, ([one],))[0]
                assert type(same) is type(one)
                assert repr(same) == repr(one)
                if isinstance(one, Exception):
                    assert (same.action, same.reply) == (one.action, one.reply)
                else:
                    assert same == one
            pool.close()
            pool.join()
        print("same")
    """,
        fake.port,
        *FLAGS,
    )
    assert out == "same\n"
