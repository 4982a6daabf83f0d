"""pystrix, as its documentation uses it."""

import os
import sys
import threading

from pystrix.ami import Manager, core

from benchmarks.clients.measure import PATIENCE, SECRET, USERNAME, Run

run = Run()
done = threading.Event()
run.finished = done.set
manager = Manager()
if run.case == "events":
    for name in run.names or [""]:
        manager.register_callback(name, run.event)
manager.connect("127.0.0.1", run.port)
challenge = manager.send_action(core.Challenge()).result["Challenge"]
manager.send_action(core.Login(USERNAME, SECRET, challenge=challenge))
run.begin()
if run.case == "events":
    done.wait(PATIENCE)
else:
    ping = core.Ping()
    ping.timeout = PATIENCE
    manager.send_action(ping)
    run.end()
run.report()
sys.stdout.flush()
os._exit(0)  # its threads go on
