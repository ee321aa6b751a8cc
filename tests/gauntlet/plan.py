"""What one run does, and what happened in it."""

import random
import threading
from collections import Counter
from dataclasses import dataclass, field

# the share of charges, openings and e-mails whose answer is lost after they were executed
ANSWER_LOST_RATE = 0.02
# the share of charges of saved cards that are answered with a 500, and with a 429
REFUSED_RATE = 0.01
# the same events three times, in any order within this window
COPIES = 3
REORDER_SECONDS = 3.0
# forged deliveries per genuine one
FORGED_SHARE = 0.10
# how many events a paid checkout and a charged card make; what the forgers measure their share by
EVENTS_PER_PURCHASE = 5
EVENTS_PER_RENEWAL = 4
# so many subscriptions fall due per second at most: the sweep of a minute never has all of them
RENEWALS_PER_SECOND = 8.0
STRIPE, PAYPAL = "stripe", "paypal"


@dataclass(frozen=True)
class Plan:
    """The size of a run. The seed fixes who is killed when, what is forged and what is lost.

    Each of `refunds` is of another of the purchases. Each of `transfers` is a customer who pays past every gateway.
    `documents` is how many receipts of renewals, with their PDFs, the run waits for; the others only have to be staged.
    The `gateways` take turns at purchases and at subscribers.
    """

    purchases: int
    seed: int
    renewals: int = 0
    refunds: int = 0
    transfers: int = 0
    documents: int = 200
    gateways: tuple[str, ...] = (STRIPE,)
    kills_min: int = 20
    broker_wipes: int = 5
    database_kills: int = 3
    rotations: int = 5
    kill_every_seconds: tuple[float, float] = (4.0, 8.0)
    accounts: int = 20
    buyers: int = 8
    due_seconds_min: float = 120.0

    @property
    def size(self) -> int:
        """Purchases to be paid, subscriptions to be renewed, payments to be given back, and transfers to be made."""
        return self.purchases + self.renewals + self.refunds + self.transfers

    def at(self, turn: int) -> str:
        """Whose turn it is."""
        return self.gateways[turn % len(self.gateways)]

    @property
    def due_seconds(self) -> float:
        """Within how long the subscriptions fall due, one after the other."""
        return max(self.due_seconds_min, self.renewals / RENEWALS_PER_SECOND)

    @property
    def forgeries(self) -> int:
        """One tenth of all deliveries."""
        events = self.purchases * EVENTS_PER_PURCHASE + self.renewals * EVENTS_PER_RENEWAL
        return int(events * COPIES * FORGED_SHARE)

    def dice(self, name: str) -> random.Random:
        """A sequence of its own for each actor, so that threads do not disturb each other's."""
        return random.Random(f"{self.seed}/{name}")  # noqa: S311 - repeatable, not secret


@dataclass
class Happened:
    """Figures of a run; safe to count from any thread."""

    counts: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, what: str, times: int = 1) -> None:
        """One more of something."""
        with self._lock:
            self.counts[what] += times

    @property
    def done(self) -> int:
        """Purchases paid, subscriptions renewed, payments given back and transfers made so far."""
        return sum(self.counts[what] for what in ("paid", "renewed", "refunded", "transferred"))

    def blame(self, problem: str) -> None:
        """Something that must not happen did."""
        with self._lock:
            self.problems.append(problem)
