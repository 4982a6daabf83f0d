"""asterisk-ami, as its documentation uses it."""

import os
import sys
import threading

from asterisk.ami import AMIClient, SimpleAction

from benchmarks.clients.measure import PATIENCE, SECRET, USERNAME, Run

run = Run()
done = threading.Event()
run.finished = done.set
client = AMIClient("127.0.0.1", run.port)
client._timeout = PATIENCE  # the constructor's holds for reading, too
if run.case == "events":
    if run.names:
        client.add_event_listener(run.event, white_list=run.names)
    else:
        client.add_event_listener(run.event)
login = client.login(USERNAME, SECRET)
assert not login.response.is_error()
client._socket.settimeout(None)
client.send_action(SimpleAction("Ping")).response  # noqa: B018 - it waits
run.begin("" if "ping" in run.case else "go")
if run.case == "events":
    done.wait(PATIENCE)
elif run.case == "nothing":
    client.send_action(SimpleAction("Ping")).response  # noqa: B018
elif run.case == "ping":
    for _ in range(run.times):
        client.send_action(SimpleAction("Ping")).response  # noqa: B018
elif run.case == "pings":
    for _ in range(run.times):
        for future in [client.send_action(SimpleAction("Ping")) for _ in range(1000)]:
            future.response  # noqa: B018
if run.case != "events":
    run.end()
run.report()
sys.stdout.flush()
os._exit(0)  # its thread reads on
