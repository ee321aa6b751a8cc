"""A change of plan that waits for its payment, and what else is wanted of the subscription meanwhile."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from billing.cycle.plan_change.preview import preview_change
from billing.cycle.renewal.migrate import migrate_subscriptions
from billing.errors import Rejected
from billing.invoices.tables import InvoiceStatus
from billing.payments.tables import AttemptStatus
from billing.subscriptions.tables import PendingChange, SubscriptionStatus
from schemas.commands.subscriptions import ChangePlan
from schemas.plan_change_views import ChangePreview
from tests.billing.standing import mails, plan_of, publish, shown, state_of
from tests.billing.subscribers import Books, utc

UNKNOWN = AttemptStatus.UNKNOWN
BEGIN, HALF, END = utc("2026-04-01 10:00"), utc("2026-04-16 10:00"), utc("2026-05-01 10:00")
A_DAY_LATER = HALF + timedelta(hours=23)


def test_a_second_wish_takes_the_place_of_the_first(books: Books, ada: UUID, april: UUID) -> None:
    books.change(april, "growth", HALF)
    books.send(HALF)
    with pytest.raises(Rejected, match="change_pending"):
        books.change(april, "scale", HALF)
    books.answer(HALF, decline="insufficient_funds", status=UNKNOWN)
    books.change(april, "scale", HALF)
    statuses = [invoice.status for invoice in books.invoices(ada)]
    assert statuses == [InvoiceStatus.PAID, InvoiceStatus.VOID, InvoiceStatus.PENDING]
    assert mails(books, "plan_change_dropped") == 0, "who wishes for something else knows it"
    books.answer(HALF)
    assert (plan_of(books, april), books.paid_minor(ada)) == ("scale", 9_900 + 10_000 + 0)


def test_a_charge_that_was_not_sent_yet_makes_way_for_a_second_wish(books: Books, ada: UUID, april: UUID) -> None:
    books.change(april, "growth", HALF)
    books.change(april, "scale", HALF)
    assert books.answer(HALF) == 1
    assert (plan_of(books, april), books.paid_minor(ada)) == ("scale", 9_900 + 10_000)


def test_a_second_wish_that_is_refused_changes_nothing(books: Books, ada: UUID, april: UUID) -> None:
    books.change(april, "growth", HALF)
    books.answer(HALF, decline="insufficient_funds")
    waiting = shown(books, april)["pending_change"]
    with pytest.raises(Rejected, match="plan_not_found"):
        books.change(april, "nowhere", HALF)
    assert shown(books, april)["pending_change"] == waiting


@pytest.mark.parametrize("when", [None, "now", "period_end"])
def test_to_choose_the_present_plan_takes_it_back(books: Books, ada: UUID, april: UUID, when: str | None) -> None:
    """At the price that it has, though Starter has come to cost more."""
    before = state_of(books, april)
    books.change(april, "growth", HALF)
    books.answer(HALF, decline="insufficient_funds")
    publish(books, "starter", 12_900, 500)
    books.change(april, "starter", HALF, when=when)
    assert (state_of(books, april), books.invoices(ada)[-1].status) == (before, InvoiceStatus.VOID)
    assert shown(books, april)["pending_change"] is None


def test_a_downgrade_for_the_next_period_takes_its_place(books: Books, ada: UUID) -> None:
    subscription_id = books.subscribe(ada, BEGIN, "growth")
    books.answer(BEGIN)
    books.change(subscription_id, "scale", HALF)
    books.answer(HALF, decline="insufficient_funds")
    books.change(subscription_id, "starter", HALF)
    after = shown(books, subscription_id)
    assert (after["plan"], after["next_plan"], after["pending_change"]) == ("growth", "starter", None)
    assert books.invoices(ada)[-1].status is InvoiceStatus.VOID


@pytest.mark.parametrize("at_period_end", [True, False])
def test_a_cancellation_drops_it(books: Books, ada: UUID, april: UUID, at_period_end: bool) -> None:
    books.change(april, "growth", HALF)
    books.send(HALF)
    with pytest.raises(Rejected, match="change_pending"):
        books.cancel(april, HALF, at_period_end=at_period_end)
    books.answer(HALF, decline="insufficient_funds", status=UNKNOWN)
    books.cancel(april, HALF, at_period_end=at_period_end)
    assert books.invoices(ada)[-1].status is InvoiceStatus.VOID
    books.give_card(ada, HALF)
    assert books.answer(HALF) == 0
    books.come_due(END)
    assert books.subscription(april).status is SubscriptionStatus.CANCELED
    assert books.paid_minor(ada) == 9_900


def test_a_pause_drops_it(books: Books, ada: UUID, april: UUID) -> None:
    books.change(april, "growth", HALF)
    books.send(HALF)
    with pytest.raises(Rejected, match="change_pending"):
        books.pause(april, HALF)
    books.answer(HALF, decline="insufficient_funds", status=UNKNOWN)
    books.pause(april, HALF)
    books.resume(april, HALF + timedelta(days=10))
    resumed = books.subscription(april)
    assert (resumed.status, resumed.period_end) == (SubscriptionStatus.ACTIVE, END + timedelta(days=10))
    assert (plan_of(books, april), books.invoices(ada)[-1].status) == ("starter", InvoiceStatus.VOID)


def test_a_migration_meanwhile_is_for_those_who_stay(books: Books, ada: UUID, april: UUID) -> None:
    """Starter's newest version is planned for all; who has paid for Growth meanwhile is on Growth."""
    books.change(april, "growth", HALF)
    publish(books, "starter", 12_900, 700)
    with books.database.transaction() as session:
        assert migrate_subscriptions(session, "starter") == 1
    books.answer(HALF)
    assert (plan_of(books, april), shown(books, april)["next_plan"]) == ("growth", None)


def test_a_migration_stays_planned_for_who_did_not_pay(books: Books, ada: UUID, april: UUID) -> None:
    books.change(april, "growth", HALF)
    books.answer(HALF, decline="insufficient_funds")
    publish(books, "starter", 12_900, 700)
    with books.database.transaction() as session:
        assert migrate_subscriptions(session, "starter") == 1
    books.expire_changes(A_DAY_LATER)
    books.come_due(END)
    assert books.invoices(ada)[-1].total_minor == 12_900


def test_to_take_it_back_leaves_a_migration_planned(books: Books, ada: UUID, april: UUID) -> None:
    books.change(april, "growth", HALF)
    books.answer(HALF, decline="insufficient_funds")
    publish(books, "starter", 12_900, 700)
    with books.database.transaction() as session:
        migrate_subscriptions(session, "starter")
    books.change(april, "starter", HALF)
    books.come_due(END)
    assert [invoice.total_minor for invoice in books.invoices(ada)] == [9_900, 5_000, 12_900]


def test_services_of_a_new_cycle_are_billed_with_it_and_not_without(books: Books, ada: UUID) -> None:
    subscription_id = books.subscribe(ada, BEGIN, services=[{"service": "campaign-management"}])
    books.answer(BEGIN)
    before, paid = state_of(books, subscription_id), books.paid_minor(ada)
    books.change(subscription_id, "starter", HALF, interval="year")
    books.answer(HALF, decline="insufficient_funds")
    books.expire_changes(A_DAY_LATER)
    assert (state_of(books, subscription_id), books.paid_minor(ada)) == (before, paid)
    books.come_due(END)
    assert books.invoices(ada)[-1].total_minor == paid


def test_one_change_waits_for_a_subscription_whatever_is_written(books: Books, april: UUID) -> None:
    """Those that ended stay in the books; the database refuses a second one that waits."""
    for _ in range(3):
        books.change(april, "growth", HALF)
        books.answer(HALF, decline="insufficient_funds")
    with books.database.transaction() as session:
        rows = session.scalars(select(PendingChange).order_by(PendingChange.invoice_id)).all()
    assert [row.ended_at for row in rows] == [HALF, HALF, None]
    with pytest.raises(IntegrityError, match="uq_pending_changes_waiting"), books.database.transaction() as session:
        session.execute(update(PendingChange).values(ended_at=None))


def test_the_preview_tells_what_becomes_of_the_wish(books: Books, ada: UUID, april: UUID) -> None:
    """While Growth waits, of which kept money was to pay a part, Scale is previewed as it is charged then."""
    books.change(april, "growth", BEGIN)
    books.answer(BEGIN)
    books.change(april, "starter", HALF, when="now")
    assert books.kept_minor(ada) == 5_000
    books.change(april, "scale", HALF)
    books.answer(HALF, decline="insufficient_funds")
    previews = [_preview(books, april, plan, when) for plan, when in (
        ("starter", None), ("growth", None), ("scale", None), ("scale", "period_end"),
    )]  # fmt: skip
    told = [(preview.change, preview.due_minor) for preview in previews]
    assert told == [("made", 0), ("made", 0), ("pending", 5_000), ("planned", 24_900)]
    books.change(april, "scale", HALF)
    assert books.invoices(ada)[-1].left_minor == 5_000


def _preview(books: Books, subscription_id: UUID, plan: str, when: str | None) -> ChangePreview:
    command = ChangePlan.model_validate({"subscription_id": subscription_id, "plan": {"plan": plan}, "when": when})
    with books.database.transaction() as session:
        return preview_change(session, command, HALF)
