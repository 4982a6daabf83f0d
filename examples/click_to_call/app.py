"""Click to call, as a web service: a page asks for a call, and learns what became of it.

``uvicorn examples.click_to_call.app:app`` with AMI_HOST, AMI_USERNAME and AMI_SECRET set.
"""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Literal

from fastapi import Depends, FastAPI, HTTPException, Request
from pydantic import BaseModel, Field

from amisdk import AsyncClient, actions, errors

Outcome = Literal["calling", "answered", "failed", "not sent", "unknown"]
KEPT = 1000


class Wish(BaseModel):
    """Whom to connect with whom."""

    phone: str = Field(examples=["PJSIP/6001"], pattern=r"^[A-Za-z0-9]+/[A-Za-z0-9_.@-]+$")
    """The user's own phone; it rings first."""
    number: str = Field(examples=["100"], pattern=r"^[0-9*#+]{1,32}$")
    """Whom to call when the user has answered."""


class Call(BaseModel):
    """What is known of a call."""

    id: str
    outcome: Outcome = "calling"
    detail: str = ""


class Calls:
    """Makes calls, and remembers the newest of them."""

    def __init__(self, ami: AsyncClient, context: str) -> None:
        self._ami = ami
        self._context = context
        self._calls: dict[str, Call] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, wish: Wish) -> Call:
        """Begin a call, and return at once."""
        call = Call(id=uuid.uuid4().hex)
        self._calls[call.id] = call
        if len(self._calls) > KEPT:
            del self._calls[next(iter(self._calls))]
        task = asyncio.create_task(self._make(call, wish))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return call

    def find(self, call_id: str) -> Call | None:
        """Return a call that was begun."""
        return self._calls.get(call_id)

    async def _make(self, call: Call, wish: Wish) -> None:
        action = actions.Originate(
            channel=wish.phone,
            context=self._context,
            exten=wish.number,
            priority=1,
            caller_id=wish.number,
            timeout=20_000,
        )
        try:
            # Who clicks wants the call now, or not at all.
            answered = await self._ami.originate(action, offline="fail")
        except errors.OriginateFailed as error:
            call.outcome, call.detail = "failed", str(error)
        except errors.NotSent as error:
            call.outcome, call.detail = "not sent", str(error)
        except errors.AmiError as error:
            call.outcome, call.detail = "unknown", str(error)
        else:
            call.outcome, call.detail = "answered", answered.channel or ""

    async def close(self) -> None:
        """Wait for no call any more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Keep one connection for as long as the service runs."""
    # This service makes calls, and nothing else: a mistake cannot do more.
    context = os.environ.get("CALL_CONTEXT", "default")
    async with AsyncClient.from_env(allow=[actions.Originate]) as ami:
        app.state.calls = calls = Calls(ami, context)
        yield
        await calls.close()


def the_calls(request: Request) -> Calls:
    """Return what makes the calls."""
    calls: Calls = request.app.state.calls
    return calls


Made = Annotated[Calls, Depends(the_calls)]
app = FastAPI(title="Click to call", lifespan=lifespan)


@app.post("/calls", status_code=202)
async def begin(wish: Wish, calls: Made) -> Call:
    """Ask for a call."""
    return calls.begin(wish)


@app.get("/calls/{call_id}")
async def find(call_id: str, calls: Made) -> Call:
    """Ask what became of it."""
    call = calls.find(call_id)
    if call is None:
        raise HTTPException(404, "no such call")
    return call
