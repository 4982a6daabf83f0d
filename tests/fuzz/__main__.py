"""Runs the fuzzer for some time, and says how much it tried and what it found.

::

    make fuzz [SECONDS=60] [RUNS=1000000] [INPUT=build/fuzz/findings/crash-...]

It begins with what real servers said, keeps each input that reaches a new place in
``build/fuzz/corpus``, and ends at the first finding, which is kept in ``build/fuzz/findings``.
"""

import argparse
import re
import subprocess
import sys
import time
from pathlib import Path

from amisdk.transcripts import Transcript
from tests.fuzz.targets import MARK, SHAPES

ROOT = Path(__file__).parent.parent.parent
PLACE = ROOT / "build" / "fuzz"
LONGEST = 2048
WORDS = [
    "Asterisk Call Manager/", "Response: Success", "Response: Error", "Response: Follows",
    "Response: Goodbye", "Event: ", "ActionID: ", "EventList: start", "EventList: Complete",
    "--END COMMAND--", "Message: Permission denied", "FullyBooted", "OriginateResponse",
    "UserEvent", "QueueStatusComplete", "WaitEventComplete", "PeerlistComplete", "FAXStats",
    "Output: ", "Line-000000-000000: ", "Category-000000: ", "Privilege: Command",
]  # fmt: skip


def seeds() -> list[bytes]:
    """Return inputs to begin with: what servers said, to sessions and to framers."""
    found = []
    for path in sorted((ROOT / "tests" / "data" / "transcripts").glob("*.txt")):
        said = Transcript.load(path).said("S")
        found += [b"\1\xff\xff" + said[at : at + LONGEST] for at in range(0, len(said), LONGEST)]
        found.append(b"\0\0\xff\x0f\x05\x03" + said[: LONGEST // 4])
        for number, message in enumerate(said.split(b"\r\n\r\n")[:20]):
            found.append(b"\2\0" + bytes([number]) + message[:LONGEST])
    for number in range(len(SHAPES)):
        own = b"ActionID: %d\r\n" % number
        found.append(
            b"\1" + (1 << number).to_bytes(2, "big") + b"Response: Success\r\n" + own +
            b"EventList: start\r\n\r\nEvent: QueueParams\r\n" + own + b"\r\n" + MARK + b"\7" +
            MARK + b"Event: QueueStatusComplete\r\n" + own + b"EventList: Complete\r\n\r\n" +
            MARK + b"\1"
        )  # fmt: skip
    found.append(b"\3\0Ping" + MARK + b"7" + MARK + b"Key" + MARK + "é ☎".encode())
    return found


def prepare() -> None:
    """Write the seeds and the dictionary."""
    for name in ("corpus", "findings"):
        (PLACE / name).mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(seeds()):
        (PLACE / "corpus" / f"seed-{number}").write_bytes(data)
    escaped = [r"\x0d\x0a", r"\x0d\x0a\x0d\x0a", r"\xff\xff", r"\x0a\x0d\x0a", *WORDS]
    (PLACE / "words.txt").write_text("".join(f'"{word}"\n' for word in escaped), "utf-8")


def main() -> int:
    """Fuzz, and report."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--runs", type=int, default=-1, help="inputs; without end if negative")
    parser.add_argument("input", nargs="*", help="inputs to try instead, such as findings")
    wish = parser.parse_args()
    prepare()
    before = set((PLACE / "findings").iterdir())
    options = [
        f"-artifact_prefix={PLACE / 'findings'}/", "-print_final_stats=1", "-rss_limit_mb=2048",
        f"-max_len={LONGEST}", "-timeout=10", f"-dict={PLACE / 'words.txt'}",
        f"-max_total_time={wish.seconds}", f"-runs={wish.runs}",
    ]  # fmt: skip
    what = wish.input or [str(PLACE / "corpus")]
    worker = [sys.executable, "-m", "tests.fuzz.worker", *options, *what]
    began = time.monotonic()
    with (PLACE / "log.txt").open("wb") as log:
        code = subprocess.run(worker, cwd=ROOT, stdout=log, stderr=log, check=False).returncode
    seconds = time.monotonic() - began
    said = (PLACE / "log.txt").read_text("utf-8", "replace")
    counted = re.search(r"stat::number_of_executed_units:\s*(\d+)", said)
    tried = int(counted[1]) if counted else len(wish.input)
    findings = sorted(set((PLACE / "findings").iterdir()) - before)
    print(f"{tried} inputs in {seconds:.0f} s ({tried / seconds:.0f}/s), {len(findings)} findings")
    for path in findings:
        print(f"again: make fuzz INPUT={path.relative_to(ROOT)}")
    if code or findings:
        print(said[-3000:])
    return 1 if code or findings else 0


if __name__ == "__main__":
    sys.exit(main())
