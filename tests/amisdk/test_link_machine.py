"""Whatever happens in whatever order: each caller is told once, and of his own reply only.

A machine plays callers, a server, the network and the clock at random. The server answers in any
order, twice, late, on the next connection, with ActionIDs of others, or not at all.
"""

from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from amisdk.backoff import Reconnect
from amisdk.errors import DuplicateActionID, NotSent, TooManyPending
from amisdk.exchange import Exchange
from amisdk.headers import Headers
from amisdk.mailbox import Mailbox, Policy
from amisdk.session import State
from amisdk.subscriptions import Subscription
from amisdk.wire import Limits
from tests.amisdk.callers import ENDS, KINDS, LIFE, ODD, ORDERS, Caller, Order
from tests.amisdk.linked import Linked
from tests.amisdk.talk import GREETING


class Life(RuleBasedStateMachine):
    """A link and all that can happen to it."""

    def __init__(self) -> None:
        super().__init__()
        self.linked = Linked(
            up=False,
            keepalive=15.0,
            limits=Limits(pending=6, message=2000),
            reconnect=Reconnect(first_wait=0.5, max_wait=4, from_start=True),
        )
        self.callers: list[Caller] = []
        self.token = 0
        self.opens = 0
        self.greeted = False
        self.unanswered: dict[str, Headers] = {}
        """What the server was sent on this connection and has not answered, by ActionID."""
        self.written: list[tuple[str, bytes]] = []
        """What the server has written, with the ActionID in it."""
        self.mailboxes: list[Mailbox] = []

    # --- helpers --------------------------------------------------------------------------

    def follow(self) -> None:
        """Take note of a new connection."""
        if self.linked.opens != self.opens:
            self.opens, self.greeted = self.linked.opens, False
            self.unanswered.clear()
            for caller in self.callers:
                caller.begun = False
                caller.tokens = set()

    def mark(self) -> str:
        self.token += 1
        return str(self.token)

    def caller_of(self, action_id: str) -> Caller | None:
        """Return whose action with this ActionID was sent last."""
        found = [one for one in self.callers if one.exchange.action_id == action_id and one.sent]
        return found[-1] if found else None

    def write(self, action_id: str, *lines: str, cut: int = 0) -> None:
        data = "\r\n".join([*lines, "", ""]).encode()
        self.written.append((action_id, data))
        self.feed(data, cut)

    def feed(self, data: bytes, cut: int = 0) -> None:
        for piece in (data[:cut], data[cut:]):
            if self.readable and piece:
                self.linked.feed(piece)

    @property
    def readable(self) -> bool:
        return self.linked.wanted and self.linked.reading

    @property
    def leaving(self) -> bool:
        session = self.linked.link._session
        return session is not None and session.state is State.LEAVING

    @property
    def up(self) -> bool:
        return self.linked.phase == "UP"

    # --- the callers ----------------------------------------------------------------------

    @rule(orders=st.lists(ORDERS, min_size=1, max_size=5), flushed=st.booleans())
    def send(self, orders: list[Order], flushed: bool) -> None:
        for order in orders:
            self.order(order)
        if flushed:
            self.flush()

    def order(self, order: Order) -> None:
        action = KINDS[order.kind]
        caller = Caller(order.kind, order.retry and action.ami.idempotent)
        caller.exchange = Exchange(
            action,
            on_done=caller.done,
            # A later answer ends a text, and frees an ActionID that the server may still have.
            action_id=order.action_id if order.kind != "text" else None,
            timeout=order.timeout,
            until_later=order.kind == "call",
            retry=caller.may_retry,
        )
        try:
            self.linked.link.send(caller.exchange, wait=order.wait)
        except NotSent:
            assert not self.up or self.leaving
            assert not order.wait or self.linked.phase in ("NEW", "UP", "CLOSED")
        except TooManyPending:
            assert self.linked.link.stats.pending >= 6
        except DuplicateActionID:
            assert caller.exchange.action_id in ("7", "8")
        else:
            self.callers.append(caller)

    @precondition(lambda self: self.callers)
    @rule(data=st.data())
    def give_up(self, data: st.DataObject) -> None:
        caller = data.draw(st.sampled_from(self.callers))
        self.linked.link.abandon(caller.exchange)
        assert caller.exchange.done
        caller.gave_up = caller.gave_up or not caller.told

    @rule()
    def flush(self) -> None:
        for action in self.linked.said() if self.linked.wanted else ():
            action_id = action["ActionID"]
            assert action_id not in self.unanswered
            self.unanswered[action_id] = action
            waiting = [
                one
                for one in self.callers
                if one.exchange.action_id == action_id and not one.exchange.done
            ]
            for caller in waiting:  # else it is one of the client's own
                caller.sent += 1
                assert caller.sent == 1 or caller.may_retry
            assert len(waiting) <= 1
            assert waiting or action["Action"] in ("Login", "Ping", "Logoff", "Filter")

    # --- the server -----------------------------------------------------------------------

    @initialize(up=st.sampled_from([True, True, False]))
    def begin(self, up: bool) -> None:
        if up:
            self.connect()
            self.log_in()

    @precondition(lambda self: self.linked.phase == "NEW")
    @rule()
    def connect(self) -> None:
        self.linked.connect()
        self.follow()

    def log_in(self) -> None:
        self.greeted = True
        self.linked.feed(GREETING)
        self.flush()
        [(action_id, _)] = self.unanswered.items()
        del self.unanswered[action_id]
        self.write(action_id, "Response: Success", f"ActionID: {action_id}")

    @precondition(lambda self: self.linked.phase == "WAITING")
    @rule(in_one_go=st.booleans())
    def come_back(self, in_one_go: bool) -> None:
        self.linked.wait_until(self.linked.link._due)
        self.follow()
        if in_one_go and self.linked.wanted:
            self.log_in()

    @precondition(lambda self: self.readable and not self.greeted)
    @rule(cut=st.integers(0, 30))
    def greet(self, cut: int) -> None:
        self.greeted = True
        self.feed(GREETING, cut)
        self.flush()

    @precondition(lambda self: self.readable and self.greeted and self.unanswered)
    @rule(
        data=st.data(),
        count=st.integers(1, 4),
        good=st.integers(0, 5).map(bool),
        whole=st.booleans(),
        cut=st.integers(0, 60),
    )
    def answer(self, data: st.DataObject, count: int, good: bool, whole: bool, cut: int) -> None:
        for _ in range(count):
            if self.unanswered and self.readable:
                action_id = data.draw(st.sampled_from(list(self.unanswered)))
                self.answer_one(action_id, good, whole, cut)

    def answer_one(self, action_id: str, good: bool, whole: bool, cut: int) -> None:
        caller = self.caller_of(action_id)
        response = "Success" if good else "Error"
        lines = [f"Response: {response}", f"ActionID: {action_id}", f"Message: {self.mark()}"]
        if caller is None:
            login = self.unanswered[action_id]["Action"] == "Login"
            if login and not good and self.linked.opened and not whole:
                return  # a refusal ends all of it: not too often
            del self.unanswered[action_id]
            self.write(action_id, *lines, cut=cut)
            return
        caller.tokens.add(str(self.token))
        if caller.kind in ENDS and good:
            if not caller.begun:
                caller.begun = True
                self.write(action_id, *lines, "EventList: start", cut=cut)
            if whole:
                self.write_item(caller)
                self.unanswered.pop(action_id, None)
                name = ENDS[caller.kind]
                self.write(action_id, f"Event: {name}", lines[1], "EventList: Complete", cut=cut)
            return
        del self.unanswered[action_id]
        if caller.kind == "text" and good:
            self.write("", "queue has 0 calls", "", cut=cut)
        else:
            self.write(action_id, *lines, cut=cut)

    def write_item(self, caller: Caller) -> None:
        caller.tokens.add(self.mark())
        action_id = caller.exchange.action_id
        own = f"ActionID: {action_id}"
        self.write(action_id, "Event: QueueParams", own, f"Queue: {self.token}")

    @precondition(lambda self: self.readable and any(one.begun for one in self.callers))
    @rule(data=st.data())
    def item(self, data: st.DataObject) -> None:
        caller = data.draw(st.sampled_from([one for one in self.callers if one.begun]))
        action_id = caller.exchange.action_id
        if self.caller_of(action_id) is caller and action_id in self.unanswered:
            self.write_item(caller)

    @precondition(lambda self: self.readable and self.greeted and self.written)
    @rule(data=st.data())
    def say_it_again(self, data: st.DataObject) -> None:
        """Repeat what was written once, on this connection or an earlier one."""
        action_id, again = data.draw(st.sampled_from(self.written))
        if action_id not in self.unanswered and self.up and action_id:
            # An ActionID of a caller's own that is in use again cannot be told apart.
            self.feed(again)

    @precondition(lambda self: self.readable and self.greeted)
    @rule(data=st.sampled_from(ODD), times=st.integers(1, 3))
    def say_something_odd(self, data: bytes, times: int) -> None:
        self.feed(data * times)

    @precondition(lambda self: self.readable and self.up)
    @rule(count=st.integers(1, 6))
    def flood(self, count: int) -> None:
        self.feed(b"Event: Newchannel\r\nQueue: 0\r\n\r\n" * count)

    # --- the consumers --------------------------------------------------------------------

    @rule(policy=st.sampled_from(["drop_oldest", "drop_newest", "disconnect", "block"]))
    def listen(self, policy: Policy) -> None:
        if len(self.mailboxes) < 3:
            mailbox = Mailbox("slow", self.linked.dispatcher.pressure, size=3, policy=policy)
            self.linked.dispatcher.add(Subscription.of(mailbox.put, ["Newchannel"], "all"))
            self.mailboxes.append(mailbox)

    @precondition(lambda self: any(one.events for one in self.mailboxes))
    @rule(count=st.integers(1, 4))
    def consume(self, count: int) -> None:
        for mailbox in self.mailboxes:
            for _ in range(min(count, len(mailbox.events))):
                mailbox.take()

    @precondition(lambda self: self.mailboxes)
    @rule()
    def stop_listening(self) -> None:
        self.mailboxes.pop().close()

    # --- the network and the clock --------------------------------------------------------

    @rule(seconds=st.sampled_from([0.01, 0.05, 0.5, 3.0, 16.0]))
    def time_passes(self, seconds: float) -> None:
        until = self.linked.now + seconds
        rings = 0
        while (due := self.linked.link.next_deadline()) is not None and due <= until:
            self.linked.now = max(self.linked.now, due)
            self.linked.link.expire()
            self.follow()
            self.flush()
            rings += 1
            assert rings < 1000, "an alarm rings for nothing"
        self.linked.now = until

    @precondition(lambda self: self.linked.wanted)
    @rule()
    def lose(self) -> None:
        if self.greeted:
            self.linked.lose()
        else:
            self.linked.refuse()

    @precondition(lambda self: self.linked.phase == "CONNECTING" and self.linked.opened == [])
    @rule()
    def cancel(self) -> None:
        self.linked.link.cancel()

    @precondition(lambda self: len(self.callers) > 8)
    @rule(at_once=st.booleans())
    def close(self, at_once: bool) -> None:
        if at_once:
            self.linked.link.abort()
        else:
            self.linked.link.close()
            self.flush()

    # --- what always holds ----------------------------------------------------------------

    @invariant()
    def nobody_is_told_twice(self) -> None:
        for caller in self.callers:
            assert caller.told <= 1
            assert caller.exchange.done == bool(caller.told or caller.gave_up)

    @invariant()
    def a_connection_is_wanted_in_two_phases_only(self) -> None:
        assert self.linked.wanted == (self.linked.phase in ("CONNECTING", "UP"))

    @invariant()
    def reading_pauses_only_for_a_full_queue(self) -> None:
        if self.linked.wanted and not self.linked.reading:
            assert self.linked.dispatcher.pressure.full
            assert self.linked.link._patience is not None

    def teardown(self) -> None:
        for mailbox in self.mailboxes:
            mailbox.close()
        self.linked.link.abort()
        for caller in self.callers:
            assert caller.told == (not caller.gave_up), caller.exchange
        assert self.linked.left() == []
        assert self.linked.link.stats.pending == 0
        assert Counter(self.linked.names)["Closed"] == 1
        life = "".join(f"{name} " for name in self.linked.names if name != "EventsLost")
        assert LIFE.fullmatch(life), life
        assert len(self.linked.ended) == 1


Life.TestCase.settings = settings(max_examples=60, stateful_step_count=60, deadline=None)
TestLife = Life.TestCase
