"""What every conversation about an event has: a look before, a question, and something to write down.

An event only says that something about an object changed. So its gateway is asked for the object, and what is written
is the answer, which is newer than every event about it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from billing.clocks.wall import Wall
from gateways.gateway import Gateway
from schemas.facts.events import EventFact
from schemas.facts.payments import PaymentFact

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Known:
    """What the books knew, in one look, before gateways were asked about a batch of events.

    `looked_at` is by the database's clock. `settled` are references of payments, checkouts and invoices that nothing
    the gateway says can change any more, `mirrored` those of invoices that are in the books in whatever state, and
    `customers` those of customers that are ours; each as (gateway, reference).
    """

    looked_at: datetime
    settled: frozenset[tuple[str, str]]
    mirrored: frozenset[tuple[str, str]]
    customers: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment to be written down; a batch of them is written together."""

    fact: PaymentFact


@dataclass(frozen=True, slots=True)
class Other:
    """Anything else to be written down, given the wall clock's time."""

    record: Callable[[Session, Wall], None]


@dataclass(frozen=True, slots=True)
class Unheard:
    """There is nothing to write: the gateway does not know the object, or it is none of ours."""


Heard = Payment | Other | Unheard
UNHEARD = Unheard()


@dataclass(frozen=True)
class Inquiry:
    """One batch's questions to one gateway. What two conversations ask for alike is asked once."""

    gateway: Gateway
    known: Known
    _answers: dict[Any, Any] = field(default_factory=dict)
    _locks: dict[Any, Lock] = field(default_factory=dict)

    def once(self, key: Any, ask: Callable[[], Answer]) -> Answer:
        """The answer under this key; whoever comes second waits for it. May be called from any thread."""
        with self._locks.setdefault(key, Lock()):
            if key not in self._answers:
                self._answers[key] = ask()
            answer: Answer = self._answers[key]
            return answer


Ask = Callable[[Inquiry, EventFact], Heard]
IsIdle = Callable[[Known, EventFact], bool]
Subject = Callable[[EventFact], str]


@dataclass(frozen=True, slots=True)
class Conversation:
    """How one concern is heard.

    `subject` is the reference that is asked for: never the hints, which whoever pays through a payment link can set.
    `is_idle` tells that asking could change nothing, by what the books know. `is_in_turn`: of one customer, the next is
    asked when this one is written down, whichever worker does it: nothing else tells which of two answers is the newer,
    or asking changes something there. Where an event names no customer, it is of one object.
    """

    subject: Subject
    ask: Ask
    is_idle: IsIdle = lambda known, fact: False
    is_in_turn: bool = False


def facts_by_gateway(facts: Sequence[EventFact], reference: Subject) -> set[tuple[str, str]]:
    """The (gateway, reference) of all facts that have one."""
    return {(fact.gateway, reference(fact)) for fact in facts if reference(fact)}
