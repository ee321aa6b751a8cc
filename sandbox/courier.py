"""Delivers every company's events to its webhook address, signed, again and again until they are accepted."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from typing import Protocol

from sandbox import faults as fault_kinds
from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.http_post import Poster
from sandbox.ids import new_id
from sandbox.json_types import JsonObject
from sandbox.options import Options
from sandbox.store import Store

PENDING, DELIVERED, DROPPED, GIVEN_UP = "pending", "delivered", "dropped", "given_up"


class Sender(Protocol):
    """What differs from company to company. `event_kind` is what its events are called in the store."""

    event_kind: str

    def address(self) -> str:
        """Where its events go now; empty: nowhere."""

    def event_type(self, event: JsonObject) -> str:
        """What the event tells of."""

    def enabled_events(self) -> Sequence[str]:
        """The types that are wanted there, `*` for all."""

    def stamp(self) -> JsonObject:
        """What a delivery bears from its first try to its last."""

    def sealed(self, event: JsonObject, delivery: JsonObject) -> tuple[dict[str, str], bytes]:
        """The headers and the body of one try."""


class Courier:
    """Owns the deliveries: one record per copy of an event on its way to the endpoint.

    What is pending when the sandbox stops is sent when it starts again.
    """

    def __init__(self, options: Options, clock: Clock, store: Store, faults: Faults, senders: Sequence[Sender]) -> None:
        self._senders_of = {sender.event_kind: sender for sender in senders}
        self._options = options
        self._clock = clock
        self._store = store
        self._faults = faults
        self._poster = Poster()
        self._due: asyncio.Queue[str] = asyncio.Queue()
        self._senders: list[asyncio.Task[None]] = []
        self._figures: Counter[str] = Counter()
        for delivery in store.oldest_first("delivery"):
            self._count(None, delivery)

    def start(self) -> None:
        """Begin sending; needs a running event loop."""
        self._senders = [
            asyncio.create_task(self._send_forever()) for _ in range(self._options.deliveries_concurrent_max)
        ]
        for delivery in self._store.oldest_first("delivery"):
            if delivery["state"] == PENDING:
                self._schedule(delivery["id"], 0)

    async def stop(self) -> None:
        """Stop sending; an attempt under way is abandoned and stays pending."""
        for sender in self._senders:
            sender.cancel()
        await asyncio.gather(*self._senders, return_exceptions=True)
        self._poster.close()

    def dispatch(self, event_kind: str, event: JsonObject) -> None:
        """Send a new event on its way, through whatever faults are in place."""
        sender = self._senders_of[event_kind]
        event_type = sender.event_type(event)
        if not _is_wanted(sender, event_type):
            return
        if self._faults.strike_delivery(fault_kinds.Drop, event_type):
            self._save(None, self._delivery(sender, event, DROPPED))
            return
        duplicate = self._faults.strike_delivery(fault_kinds.Duplicate, event_type)
        for _ in range(duplicate.copies if duplicate else 1):
            self._send(sender, event, self._hold_back_seconds(event_type))

    def send(self, event_id: str) -> JsonObject | None:
        """One delivery more of one event, past all faults; None when there is no such event, or no address for it."""
        found = self._find(event_id)
        return self._send(*found) if found and found[0].address() else None

    def figures(self) -> JsonObject:
        """Counts since the journal began. `pending` are deliveries not yet accepted and not given up."""
        names = ("delivered", "attempts", "refused", "unanswered", "pending", "dropped", "given_up")
        events = sum(self._store.count(kind) for kind in self._senders_of)
        return {"events": events} | {name: self._figures[name] for name in names}

    def _find(self, event_id: str) -> tuple[Sender, JsonObject] | None:
        found = ((sender, self._store.get(kind, event_id)) for kind, sender in self._senders_of.items())
        return next(((sender, event) for sender, event in found if event), None)

    def _send(self, sender: Sender, event: JsonObject, after_seconds: float = 0) -> JsonObject:
        delivery = self._save(None, self._delivery(sender, event, PENDING))
        self._schedule(delivery["id"], after_seconds)
        return delivery

    def _hold_back_seconds(self, event_type: str) -> float:
        delay = self._faults.strike_delivery(fault_kinds.Delay, event_type)
        reorder = self._faults.strike_delivery(fault_kinds.Reorder, event_type)
        shuffled = self._faults.dice.uniform(0, reorder.window_seconds) if reorder else 0
        return (delay.seconds if delay else 0) + shuffled

    def _delivery(self, sender: Sender, event: JsonObject, state: str) -> JsonObject:
        begun = {"id": new_id("dlv"), "event": event["id"], "state": state, "created": self._clock.now()}
        return {**begun, **sender.stamp(), "attempts": []}

    def _schedule(self, delivery_id: str, after_seconds: float) -> None:
        if after_seconds > 0:
            asyncio.get_running_loop().call_later(after_seconds, self._due.put_nowait, delivery_id)
        else:
            self._due.put_nowait(delivery_id)

    async def _send_forever(self) -> None:
        while True:
            await self._attempt(await self._due.get())

    async def _attempt(self, delivery_id: str) -> None:
        delivery = self._store.get("delivery", delivery_id)
        found = delivery and self._find(delivery["event"])
        if delivery is None or not found or delivery["state"] != PENDING:
            return
        outcome = await self._post(*found, delivery)
        after = {**delivery, "attempts": [*delivery["attempts"], outcome]}
        if 200 <= outcome["status"] < 300:
            after["state"] = DELIVERED
        elif len(after["attempts"]) >= self._options.attempts_max:
            after["state"] = GIVEN_UP
        self._save(delivery, after)
        if after["state"] == PENDING:
            self._schedule(delivery_id, self._wait_seconds(len(after["attempts"])))

    async def _post(self, sender: Sender, event: JsonObject, delivery: JsonObject) -> JsonObject:
        headers, body = sender.sealed(event, delivery)
        attempt: JsonObject = {"at": time.time(), "status": 0, "error": ""}
        try:
            timeout_seconds = self._options.delivery_timeout_seconds
            attempt["status"] = await self._poster.post(sender.address(), headers, body, timeout_seconds)
        except (OSError, ValueError) as problem:  # ValueError: a host name that cannot be one, or none
            attempt["error"] = str(problem) or type(problem).__name__
        return attempt

    def _wait_seconds(self, attempts: int) -> float:
        waits = self._options.retry_seconds
        return waits[min(attempts, len(waits)) - 1] if waits else 0

    def _save(self, before: JsonObject | None, after: JsonObject) -> JsonObject:
        self._count(before, after)
        return self._store.put("delivery", after)

    def _count(self, before: JsonObject | None, after: JsonObject) -> None:
        if before is not None:
            self._figures[before["state"]] -= 1
        self._figures[after["state"]] += 1
        for attempt in after["attempts"][len(before["attempts"]) if before else 0 :]:
            self._figures["attempts"] += 1
            self._figures["refused"] += attempt["status"] >= 300
            self._figures["unanswered"] += attempt["status"] == 0


def _is_wanted(sender: Sender, event_type: str) -> bool:
    enabled = sender.enabled_events()
    return bool(sender.address()) and ("*" in enabled or event_type in enabled)
