"""The verdict on renewals: each subscription was billed its periods, paid for them once, and stands as it must."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.gauntlet.plan import Happened
from tests.gauntlet.quiet import receipts_ahead, unsettled
from tests.gauntlet.subscribers import Fate, Subscriber

EXAMPLES_MAX = 3
COURSES = text("""
    SELECT s.id, s.status, s.failed_at IS NOT NULL AS is_set_aside,
           s.period_start <= now() AND now() < s.period_end AND s.period_start = max(p.period_start) AS is_current,
           count(DISTINCT p.period_start) FILTER (WHERE p.invoice_id IS NOT NULL) AS periods,
           count(DISTINCT p.invoice_id) AS billed, count(DISTINCT i.id) AS invoices,
           count(DISTINCT i.id) FILTER (WHERE i.status = 'paid') AS paid,
           count(DISTINCT a.id) FILTER (WHERE a.status = 'captured') AS captured,
           count(DISTINCT a.id) FILTER (WHERE a.status = 'failed') AS declined,
           count(DISTINCT a.id) AS attempts,
           coalesce(string_agg(DISTINCT d.state, ','), '') AS dunning
    FROM subscriptions s
    LEFT JOIN subscription_periods p ON p.subscription_id = s.id
    LEFT JOIN invoices i ON i.subscription_id = s.id
    LEFT JOIN payment_attempts a ON a.invoice_id = i.id
    LEFT JOIN dunnings d ON d.invoice_id = i.id
    GROUP BY s.id
""")
FAILED = text("""
    SELECT a.id, i.subscription_id FROM payment_attempts a JOIN invoices i ON i.id = a.invoice_id
    WHERE a.status = 'failed' AND i.subscription_id IS NOT NULL
""")


class Course(NamedTuple):
    """What became of one subscription. Every number counts; of each period's invoice there is one."""

    status: str
    is_set_aside: bool
    is_current: bool
    periods: int
    billed: int
    invoices: int
    paid: int
    captured: int
    declined: int
    attempts: int
    dunning: str

    def is_billed(self, periods: int) -> bool:
        """Whether it had one invoice for each of so many periods and is in the last of them."""
        return self.is_current and self.periods == self.billed == self.invoices == periods


def judge_renewals(
    happened: Happened, session: Session, subscribers: Sequence[Subscriber], mails: Counter[str]
) -> dict[str, int]:
    """Compare every subscription with what was to become of it; `mails` are the keys of all e-mails that were sent."""
    everybodys = {row.id: Course(*row[1:]) for row in session.execute(COURSES)}
    courses = {each.subscription_id: everybodys[each.subscription_id] for each in subscribers}
    wrong = [each for each in subscribers if courses[each.subscription_id] != expected(each)]
    for each in wrong[:EXAMPLES_MAX]:
        happened.blame(f"subscription {each.subscription_id}: {courses[each.subscription_id]} is not {expected(each)}")
    if wrong:
        happened.blame(f"{len(wrong)} of {len(subscribers)} subscriptions went another way than they had to")
    open_charges = unsettled(session)
    if open_charges:
        happened.blame(f"of {open_charges} charges nobody knows the outcome")
    _compare_failures(happened, session, subscribers, mails)
    return {
        "renewed": sum(courses[each.subscription_id].is_billed(each.periods) for each in subscribers),
        "periods_paid": sum(course.paid for course in courses.values()),
        "recovered": sum(course.dunning == "recovered" for course in courses.values()),
        "past_due": sum(course.status == "past_due" for course in courses.values()),
        "set_aside": sum(course.is_set_aside for course in courses.values()),
        "unsettled": open_charges,
        "documents_left": len(receipts_ahead(session)),
    }


def expected(subscriber: Subscriber) -> Course:
    """What must become of a subscriber: who is not declined for ever has paid for each period, with one charge each."""
    declines, periods = subscriber.fate is Fate.DECLINES, subscriber.periods
    paid = 0 if declines else periods
    declined = 0 if subscriber.fate is Fate.PAYS else 1
    return Course(
        status="past_due" if declines else "active",
        is_set_aside=False,
        is_current=True,
        periods=periods,
        billed=periods,
        invoices=periods,
        paid=paid,
        captured=paid,
        declined=declined,
        attempts=paid + declined,
        dunning={Fate.PAYS: "", Fate.RECOVERS: "recovered", Fate.DECLINES: "open"}[subscriber.fate],
    )


def _compare_failures(
    happened: Happened, session: Session, subscribers: Sequence[Subscriber], mails: Counter[str]
) -> None:
    """Who is past due was told so; of a decline that was made good meanwhile, word may have been dropped."""
    failed: dict[UUID, Any] = {row.subscription_id: row.id for row in session.execute(FAILED)}
    declining = [each.subscription_id for each in subscribers if each.fate is Fate.DECLINES]
    untold = [each for each in declining if f"payment_failed/{failed.get(each)}" not in mails]
    if untold:
        happened.blame(f"{len(untold)} declines were not told, such as {[str(each) for each in untold[:EXAMPLES_MAX]]}")
