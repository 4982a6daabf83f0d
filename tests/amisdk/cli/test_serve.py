"""amisdk serve: the embedded server."""

import signal
import socket

import pytest

from amisdk import Client, actions
from amisdk.cli.faults import Code
from tests.amisdk.cli.conftest import Call, Process


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_it_tells_its_url_and_serves_until_it_is_ended(
    spawn: type[Process], by: signal.Signals
) -> None:
    process = spawn("serve", "--port", "0", "--user", "ann", "--secret", "a/b")
    url = process.line()
    assert url.startswith("ami://ann:a%2Fb@127.0.0.1:")
    with Client.from_url(url) as ami:
        assert ami.send(actions.Ping()).ping == "Pong"
    done = process.end(by)
    assert (done.code, done.out) == (Code.OK, "")
    assert done.err == "amisdk: listening; Ctrl-C ends it\n"


def test_a_port_that_is_taken_is_told(call: Call) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = call("serve", "--port", str(port))
    assert done.code == Code.USAGE
    assert done.err == (
        f"amisdk: cannot listen on port {port}: Address already in use; "
        "--port 0 takes a free port\n"
    )
