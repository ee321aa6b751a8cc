"""What lies ahead of a test clock: what falls due next on it, and whether what has happened is over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from billing.agenda.duties import DUTIES
from billing.clocks.tables import ClockStatus
from schemas.messages import TOPICS
from schemas.messages.emails import SendEmails

EMAILS = [topic for topic, message in TOPICS.items() if message is SendEmails]

# One statement, so one snapshot: work that ends while we ask is seen either as under way or with all that follows.
#
# A subscription that the gateway runs is looked at when its period ends and an hour later, when the gateway finalizes
# and collects the invoice (https://docs.stripe.com/billing/subscriptions/overview#subscription-lifecycle); where the
# gateway tries again by its own plan, or our books lag behind, day by day.
NEXT_OF_DUTIES = ",\n".join(duty.next_at for duty in DUTIES if duty.next_at)
OUTLOOK = text(f"""
    SELECT clock.id AS clock_id, clock.gateway, clock.clock_ref, clock.frozen_at, clock.target_at, clock.status,
           least(
               {NEXT_OF_DUTIES},
               gateway_run.due_at
           ) AS due_at,
           gateway_run.count > 0 AS is_gateway_run,
           NOT EXISTS (SELECT FROM payment_attempts AS attempt JOIN accounts ON accounts.id = attempt.account_id
                       WHERE accounts.clock_id = clock.id
                       AND kind = 'charge' AND status IN ('created', 'unknown', 'pending'))
           AND NOT EXISTS (SELECT FROM operations WHERE state = 'ready' AND caller = 'test_clock/' || clock.id)
           AND NOT EXISTS (SELECT FROM inbox WHERE state = 'ready'
                           AND clock.clock_ref <> '' AND position(clock.clock_ref IN body) > 0)
           AND NOT EXISTS (SELECT FROM outbox
                           LEFT JOIN subscriptions ON subscriptions.id = subject_id
                           LEFT JOIN invoices ON invoices.id = subject_id
                           LEFT JOIN cards ON cards.id = subject_id
                           JOIN accounts ON accounts.id = coalesce(
                               subscriptions.account_id, invoices.account_id, cards.account_id, subject_id)
                           WHERE outbox.state = 'ready' AND outbox.attempts = 0 AND topic = ANY(:emails)
                           AND accounts.clock_id = clock.id) AS is_quiet
    FROM test_clocks AS clock
    CROSS JOIN LATERAL (
        SELECT count(*) AS count, min(least(
            CASE WHEN status <> 'past_due' AND period_end > clock.frozen_at THEN period_end
                 ELSE clock.frozen_at + interval '1 day' END,
            CASE WHEN period_start + interval '1 hour' > clock.frozen_at
                 THEN period_start + interval '1 hour' END
        )) AS due_at
        FROM subscriptions
        WHERE clock_id = clock.id AND collection = 'gateway' AND status IN ('trialing', 'active', 'past_due')
    ) AS gateway_run
    WHERE clock.status <> 'ready' AND clock.id = coalesce(:clock_id, clock.id)
    ORDER BY clock.id
""")  # noqa: S608 - expressions of our own


@dataclass(frozen=True, slots=True)
class Outlook:
    """A clock on its way. It is quiet when nothing that has begun on it can still change what falls due.

    Charges under way, what the gateway was asked on the clock's behalf, and unhandled events that name the gateway's
    clock are waited for. So are e-mails until their first try: a minute later by this clock their news may be stale.
    `due_at` is when something falls due next, perhaps by now; None: nothing.
    """

    clock_id: UUID
    gateway: str
    clock_ref: str
    frozen_at: datetime
    target_at: datetime
    status: ClockStatus
    due_at: datetime | None
    is_gateway_run: bool
    is_quiet: bool

    @property
    def next_at(self) -> datetime:
        """Where the clock stands next: at what falls due, or where it was sent."""
        return min(self.due_at or self.target_at, self.target_at)

    @property
    def is_arriving(self) -> bool:
        """Whether it stands where it was sent, and only what falls due there is still to be done."""
        return self.status == ClockStatus.ARRIVING

    @property
    def is_due_now(self) -> bool:
        """Whether something waits to be done at the instant at which the clock stands."""
        return self.due_at is not None and self.due_at <= self.frozen_at


def outlooks(session: Session, clock_id: UUID | None = None) -> Sequence[Outlook]:
    """The clocks that are on their way, or that one alone if it is."""
    asked = {
        "clock_id": clock_id,
        "emails": EMAILS,
    }
    return [Outlook(**row._mapping) for row in session.execute(OUTLOOK, asked)]
