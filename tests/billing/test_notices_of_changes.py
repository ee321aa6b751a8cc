"""Mails about a change of plan that is not paid for: what they tell, and when they are no longer true."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from billing.clocks.wall import Wall
from billing.notices.letterhead import Letterhead
from billing.notices.letters import LETTERS
from billing.notices.occasion import Moot, Occasion
from database.outbox import OutboxEntry
from schemas.documents import NoticeFacts, PartyFacts, PlanChangeFacts
from tests.billing.subscribers import Books, utc

HALF = utc("2026-04-16 10:00")
TOO_LATE = HALF + timedelta(hours=23)
LETTERHEAD = Letterhead(PartyFacts("Example SaaS Inc."), "https://app.example", "", {}, lambda code: f"<{code}>")


def test_a_change_that_is_not_paid_tells_both_plans_the_card_and_until_when(
    books: Books, ada: UUID, april: UUID
) -> None:
    books.change(april, "growth", HALF)
    books.answer(HALF, decline="insufficient_funds")
    facts = _write(books, "plan_change_unpaid", HALF)
    assert facts.change == PlanChangeFacts("Growth", "month", TOO_LATE)
    assert facts.subscription is not None
    assert facts.subscription.card is not None
    assert (facts.subscription.plan_name, facts.subscription.status) == ("Starter", "active")
    assert facts.failure == "<insufficient_funds>"
    assert facts.invoice is not None
    assert facts.invoice.total_minor == 5_000

    books.give_card(ada, HALF)
    with pytest.raises(Moot, match="a newer attempt was begun"):
        _write(books, "plan_change_unpaid", HALF)
    books.answer(HALF)
    with pytest.raises(Moot, match="the change was made or dropped"):
        _write(books, "plan_change_unpaid", HALF)


def test_a_change_that_was_dropped_tells_what_runs_on_unless_it_was_chosen_again(
    books: Books, ada: UUID, april: UUID
) -> None:
    books.change(april, "growth", HALF)
    books.answer(HALF, decline="insufficient_funds")
    books.expire_changes(TOO_LATE)
    facts = _write(books, "plan_change_dropped", TOO_LATE)
    assert facts.change == PlanChangeFacts("Growth", "month", TOO_LATE)
    assert facts.subscription is not None
    assert (facts.subscription.plan_name, facts.invoice) == ("Starter", None)
    with pytest.raises(Moot, match="the change was made or dropped"):
        _write(books, "plan_change_unpaid", TOO_LATE)

    books.change(april, "growth", TOO_LATE)
    books.answer(TOO_LATE)
    with pytest.raises(Moot, match="the plan was chosen again since"):
        _write(books, "plan_change_dropped", TOO_LATE)


def _write(books: Books, topic: str, now: datetime) -> NoticeFacts:
    """The last mail of a kind that was staged, as it is written now."""
    staged = select(OutboxEntry).where(OutboxEntry.topic == topic).order_by(OutboxEntry.id.desc()).limit(1)
    with books.database.transaction() as session:
        entry = session.scalars(staged).one()
        return LETTERS[topic](session, Occasion(entry.subject_id, entry.cause, LETTERHEAD, Wall(now)))
