"""A forked process is another one."""

import os
import subprocess
import sys

import pytest

PROGRAM = """
import os
from amisdk import process

here, calls = process.current, []
process.after_fork(lambda: calls.append(1))
assert process.current is here
if os.fork() == 0:
    os._exit(42 if process.current is not here and calls else 1)
assert os.waitstatus_to_exitcode(os.wait()[1]) == 42
assert process.current is here and not calls
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no processes are forked here")
def test_a_forked_process_is_another_one() -> None:
    subprocess.run([sys.executable, "-c", PROGRAM], check=True)
