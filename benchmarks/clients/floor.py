"""The floor: every line of the replay is split into key and value, and nothing else is done.

What a client in pure Python costs above this is its own doing.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from benchmarks.clients.measure import cpu

READ = 65536

data = Path(json.loads(sys.argv[1])["replay"]).read_bytes()
chunks = []
start = 0
while start < len(data):
    end = data.find(b"\r\n\r\n", start + READ)
    end = len(data) if end < 0 else end + 4
    chunks.append(data[start:end])
    start = end


def split_all() -> int:
    """Split, and count the messages."""
    count = 0
    for chunk in chunks:
        for message in chunk.decode().split("\r\n\r\n"):
            pairs = {}
            for line in message.split("\r\n"):
                key, _, value = line.partition(": ")
                pairs[key] = value
            count += 1
    return count


before = cpu()
messages = split_all()
print(json.dumps({"cpu": cpu() - before, "messages": messages}))
