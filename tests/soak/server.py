"""A server that misbehaves at random, in a process of its own.

``python -m tests.soak.server SEED``

It answers Getvar with the variable's name and QueueStatus with items of the queue's name, so that a
client can tell its own reply. It prints its port, and ends with its standard input.
"""

import asyncio
import random
import sys
from collections.abc import Callable

from amisdk.headers import Headers
from amisdk.testing import Peer, ScriptedServer

ITEMS = 20
FLOOD = 500


class Conversation:
    """One connection."""

    def __init__(self, peer: Peer, dice: random.Random) -> None:
        self._peer = peer
        self._dice = dice
        self._loop = asyncio.get_running_loop()
        self._left = int(dice.expovariate(1 / 4000)) + 20
        """Actions until the connection ends."""
        self._over = False

    async def play(self) -> None:
        """Serve until a fault ends it."""
        if self._dice.random() < 0.05:
            return  # before the greeting
        await self._peer.login()
        while True:
            action = await self._peer.action()
            if action["Action"] == "Logoff":
                self._peer.respond(action, response="Goodbye")
                return
            self._left -= 1
            if not self._left:
                self._over = True
                await self._end(action)
                return
            self._answer(action)
            await self._peer.writer.drain()

    async def _end(self, action: Headers) -> None:
        how = self._dice.random()
        if how > 0.9:
            while True:  # say nothing any more, until the client has had enough
                await self._peer.action()
        if how < 0.3:
            self._peer.send(f"Response: Success\r\nActionID: {action['ActionID']}\r\nVal".encode())
        if how < 0.6:
            self._peer.reset()

    def _answer(self, action: Headers) -> None:
        chance = self._dice.random()
        if chance < 0.001:
            return  # never
        if chance < 0.01:
            self._later(0.05, self._reply, action)
        elif chance < 0.05:
            self._later(0.002, self._reply, action)  # after others that came later
        else:
            self._reply(action)
        if chance > 0.99:
            self._reply(action)  # once more
        elif chance > 0.98:
            stranger = f"{self._dice.getrandbits(128):032x}"
            self._peer.write("Response: Success", f"ActionID: {stranger}", "Value: forged")
        elif chance > 0.9795:
            for number in range(FLOOD):
                self._peer.event("Hangup", f"Channel: flood-{number}", "Cause: 16")

    def _later(self, delay: float, work: Callable[[Headers], None], action: Headers) -> None:
        self._loop.call_later(delay * self._dice.random(), work, action)

    def _reply(self, action: Headers) -> None:
        if self._over:
            return
        if action["Action"] != "QueueStatus":
            self._peer.respond(action, f"Value: {action.get('Variable')}")
            return
        self._peer.respond(action, "EventList: start")
        for _ in range(ITEMS):
            self._peer.event("QueueParams", f"Queue: {action['Queue']}", of=action)
        self._peer.event("QueueStatusComplete", "EventList: Complete", of=action)


def main(seed: int) -> None:
    """Serve until standard input ends."""
    dice = random.Random(seed)

    async def script(peer: Peer) -> None:
        await Conversation(peer, dice).play()

    with ScriptedServer(script) as server:
        print(server.port, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(int(sys.argv[1]))
