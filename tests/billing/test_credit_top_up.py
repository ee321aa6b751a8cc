"""The automatic top-up: one purchase at a time, so many in a month, never after a decline."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text

from billing.cards.detach import detach_card
from billing.cards.queries import get_default_card
from billing.catalog.issue_coupon import CouponTerms, issue_coupon
from billing.catalog.tables import CreditPackage
from billing.clocks.timelines import Timeline
from billing.clocks.wall import Wall
from billing.errors import Rejected
from billing.invoices.tables import InvoiceReason, InvoiceStatus
from billing.outcomes.record_outcome import record_outcome
from billing.payments.intend_page import intend_page
from billing.payments.start_checkout import thaw
from billing.payments.tables import AttemptKind, AttemptStatus, PaymentAttempt
from billing.top_ups.end import end_top_up
from billing.top_ups.queries import due_top_ups, view_top_up
from billing.top_ups.set import set_top_up
from billing.usage.expire import expire_credits
from database.ids import uuid7
from database.outbox import OutboxEntry
from schemas.commands.payments import PayInvoice
from schemas.facts.payments import PaymentStatus, never_came
from schemas.views.credits import AutoTopUpView
from tests.billing.prepaid import Prepaid
from tests.billing.subscribers import Books

MAY_4 = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
MAY_31 = datetime(2026, 5, 31, 23, 59, 59, tzinfo=UTC)
JUNE_1 = datetime(2026, 6, 1, tzinfo=UTC)
STARTER_CREDITS, STARTER_MINOR = 500, 999


@pytest.fixture
def topped_up(books: Books, prepaid: Prepaid) -> Prepaid:
    """A customer with 100 credits and a card, who buys a starter package below 50, twice a month at most."""
    prepaid.grant(100, MAY_4)
    books.give_card(prepaid.account_id, MAY_4)
    _set(prepaid)
    return prepaid


def _set(ada: Prepaid, below: int = 50, monthly_max: int = 2, now: datetime = MAY_4, package: str = "starter") -> None:
    with ada.database.transaction() as session:
        set_top_up(session, ada.account_id, package, below, monthly_max, now)


def _shown(ada: Prepaid) -> AutoTopUpView:
    with ada.database.transaction() as session:
        shown = view_top_up(session, ada.account_id)
    assert shown is not None
    return shown


def _told(ada: Prepaid) -> int:
    """How many mails say that it has stopped."""
    with ada.database.transaction() as session:
        stopped = select(OutboxEntry).where(
            OutboxEntry.topic == "top_up_stopped", OutboxEntry.subject_id == ada.account_id
        )
        return len(session.scalars(stopped).all())


def _due(ada: Prepaid, now: datetime) -> bool:
    with ada.database.transaction() as session:
        return ada.account_id in due_top_ups(session, Timeline(None, now), 100)


def test_a_low_balance_buys_a_package_by_the_default_card(books: Books, topped_up: Prepaid) -> None:
    topped_up.use(50, MAY_4)
    assert books.invoices(topped_up.account_id) == []

    topped_up.use(1, MAY_4)
    [invoice] = books.invoices(topped_up.account_id)
    assert (invoice.reason, invoice.status, invoice.number) == (InvoiceReason.TOP_UP, InvoiceStatus.DRAFT, None)
    assert invoice.cause == f"top_up/{topped_up.account_id}/2026-05/1"
    assert _shown(topped_up).invoice_id == invoice.id
    with topped_up.database.transaction() as session:
        attempt = session.scalars(select(PaymentAttempt)).one()
        assert (attempt.kind, attempt.status, attempt.amount_minor) == (
            AttemptKind.CHARGE, AttemptStatus.CREATED, STARTER_MINOR,
        )  # fmt: skip

    assert books.answer(MAY_4) == 1
    [invoice] = books.invoices(topped_up.account_id)
    assert (invoice.status, invoice.number) == (InvoiceStatus.PAID, "INV-2026-05-00001")
    assert topped_up.balance(MAY_4) == 49 + STARTER_CREDITS
    assert _shown(topped_up).invoice_id is None


def test_sixteen_low_consumers_buy_one_package_and_the_next_when_it_is_used_up(
    books: Books, topped_up: Prepaid
) -> None:
    topped_up.use(50, MAY_4)
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _: topped_up.use(2, MAY_4), range(16)))
    assert len(books.invoices(topped_up.account_id)) == 1
    books.answer(MAY_4)
    topped_up.use(500, MAY_4)
    assert len(books.invoices(topped_up.account_id)) == 2


def test_consumers_that_meet_the_capture_do_not_buy_for_a_balance_that_is_gone(
    books: Books, topped_up: Prepaid
) -> None:
    topped_up.use(60, MAY_4)
    with ThreadPoolExecutor(8) as pool:
        uses = [pool.submit(topped_up.use, 1, MAY_4) for _ in range(12)]
        answered = pool.submit(books.answer, MAY_4)
        uses += [pool.submit(topped_up.use, 1, MAY_4) for _ in range(12)]
        for use in uses:
            use.result()
        assert answered.result() == 1
    assert len(books.invoices(topped_up.account_id)) == 1
    assert topped_up.balance(MAY_4) == 40 - 24 + STARTER_CREDITS


def test_a_month_has_a_limit_and_the_next_begins_anew_in_utc(books: Books, topped_up: Prepaid) -> None:
    for _ in range(2):
        topped_up.use(topped_up.balance(MAY_4), MAY_4)
        assert books.answer(MAY_4) == 1
    topped_up.use(topped_up.balance(MAY_31), MAY_31)
    assert books.answer(MAY_31) == 0
    assert not _due(topped_up, MAY_31)
    assert _due(topped_up, JUNE_1)

    _set(topped_up, now=JUNE_1)
    assert books.answer(JUNE_1) == 1
    causes = [
        invoice.cause.removeprefix(f"top_up/{topped_up.account_id}/")
        for invoice in books.invoices(topped_up.account_id)
    ]
    assert causes == ["2026-05/1", "2026-05/2", "2026-06/1"]


def test_setting_the_limit_anew_does_not_forget_what_was_bought(books: Books, topped_up: Prepaid) -> None:
    for _ in range(2):
        topped_up.use(topped_up.balance(MAY_4), MAY_4)
        books.answer(MAY_4)
    with topped_up.database.transaction() as session:
        end_top_up(session, topped_up.account_id, MAY_4)
    _set(topped_up, monthly_max=1)
    topped_up.use(topped_up.balance(MAY_4), MAY_4)
    assert books.answer(MAY_4) == 0
    _set(topped_up, monthly_max=2)
    assert books.answer(MAY_4) == 0
    _set(topped_up, monthly_max=3)
    assert books.answer(MAY_4) == 1


def test_a_decline_stops_it_until_the_customer_sets_it_anew(books: Books, topped_up: Prepaid) -> None:
    _set(topped_up, monthly_max=1)
    topped_up.use(60, MAY_4)
    assert books.answer(MAY_4, decline="insufficient_funds") == 1

    [declined] = books.invoices(topped_up.account_id)
    assert (declined.status, declined.number) == (InvoiceStatus.VOID, None)
    shown = _shown(topped_up)
    assert (shown.stopped_at, shown.stop_code, shown.invoice_id) == (MAY_4, "insufficient_funds", None)
    assert _told(topped_up) == 1
    topped_up.use(1, MAY_4)
    assert not _due(topped_up, MAY_4)
    assert books.answer(MAY_4) == 0

    books.give_card(topped_up.account_id, MAY_4)
    assert _shown(topped_up).stopped_at is not None
    _set(topped_up, monthly_max=1)
    assert books.answer(MAY_4) == 1
    assert topped_up.balance(MAY_4) == 39 + STARTER_CREDITS
    assert [invoice.number for invoice in books.invoices(topped_up.account_id)] == [None, "INV-2026-05-00001"]


def test_a_change_of_plan_on_an_open_page_holds_up_no_purchase(books: Books, topped_up: Prepaid) -> None:
    """Whether the customer ever pays there nobody knows, for up to 23 hours; the credits are needed now."""
    subscription_id, later = books.subscribe(topped_up.account_id, MAY_4), MAY_4 + timedelta(days=1)
    books.answer(MAY_4)
    books.change(subscription_id, "growth", later)
    books.answer(later, decline="insufficient_funds")
    change = books.invoices(topped_up.account_id)[-1]
    pages = {"success_url": "https://app.example/ok", "cancel_url": "https://app.example/no"}
    command = PayInvoice.model_validate({"invoice_id": change.id, **pages})
    with topped_up.database.transaction() as session:
        intend_page(session, "test/page", command, "stripe", Wall(later))

    topped_up.use(100 + STARTER_CREDITS - 49, later)
    assert books.invoices(topped_up.account_id)[-1].reason is InvoiceReason.TOP_UP
    assert books.answer(later) == 1
    assert topped_up.balance(later) == 49 + STARTER_CREDITS


def test_without_a_card_it_stops_and_leaves_no_draft(books: Books) -> None:
    account_id = books.open()
    bob = Prepaid(books.database, account_id)
    bob.grant(100, MAY_4)
    _set(bob)
    assert bob.use(60, MAY_4) == 40
    assert (_shown(bob).stop_code, _shown(bob).stopped_at) == ("no_card", MAY_4)
    assert _told(bob) == 1
    assert books.invoices(account_id) == []
    assert bob.balance(MAY_4) == 40


def test_on_a_page_that_nobody_paid_it_stops_when_the_card_is_gone(books: Books, topped_up: Prepaid) -> None:
    """What is owed from before is asked for, too, so that the purchase is issued and can be paid on a page."""
    with topped_up.database.transaction() as session:
        issue_coupon(session, "CHEAP", CouponTerms(percent_ppm=998_000, periods=1))
        card = get_default_card(session, topped_up.account_id)
    books.subscribe(topped_up.account_id, MAY_4, coupon="CHEAP")
    topped_up.use(topped_up.balance(MAY_4), MAY_4)
    bought = books.invoices(topped_up.account_id)[-1]
    pages = {"success_url": "https://app.example/ok", "cancel_url": "https://app.example/no"}
    command = PayInvoice.model_validate({"invoice_id": bought.id, **pages})
    with topped_up.database.transaction() as session:
        page = thaw(intend_page(session, "operation/1", command, "stripe", Wall(MAY_4)).request)
        detach_card(session, "stripe", card.card_ref if card else "", MAY_4)
    later = MAY_4 + timedelta(days=1)
    with topped_up.database.transaction() as session:
        record_outcome(session, never_came("stripe", page, PaymentStatus.EXPIRED), Wall(later))
    shown = _shown(topped_up)
    assert (shown.stop_code, shown.invoice_id, _told(topped_up)) == ("no_card", None, 1)
    assert books.invoices(topped_up.account_id)[-1].status is InvoiceStatus.VOID
    books.give_card(topped_up.account_id, later)
    _set(topped_up, now=later)
    assert books.answer(later) == 1
    assert topped_up.balance(later) == STARTER_CREDITS


def test_a_package_that_is_no_longer_sold_is_not_bought(books: Books, topped_up: Prepaid) -> None:
    with topped_up.database.transaction() as session:
        session.execute(text("UPDATE credit_packages SET active = false WHERE slug = 'starter'"))
    topped_up.use(60, MAY_4)
    assert _shown(topped_up).stop_code == "package_not_found"
    assert _told(topped_up) == 1
    assert books.invoices(topped_up.account_id) == []


def test_it_cannot_be_set_for_what_is_not_sold_or_costs_nothing(books: Books, topped_up: Prepaid) -> None:
    with pytest.raises(Rejected, match="package_not_found"):
        _set(topped_up, package="gone")
    with topped_up.database.transaction() as session:
        session.scalars(select(CreditPackage).where(CreditPackage.slug == "pro")).one().discount_ppm = 1_000_000
    with pytest.raises(Rejected, match="nothing_to_pay"):
        _set(topped_up, package="pro")
    with pytest.raises(Rejected, match="account_not_found"):
        _set(Prepaid(books.database, uuid7()))


def test_setting_it_on_a_low_balance_buys_at_once(books: Books, topped_up: Prepaid) -> None:
    _set(topped_up, below=101)
    assert books.answer(MAY_4) == 1
    assert topped_up.balance(MAY_4) == 100 + STARTER_CREDITS


def test_ended_while_a_purchase_is_under_way_it_is_still_paid_and_the_last(books: Books, topped_up: Prepaid) -> None:
    topped_up.use(60, MAY_4)
    with topped_up.database.transaction() as session:
        end_top_up(session, topped_up.account_id, MAY_4)
    assert books.answer(MAY_4) == 1
    assert topped_up.balance(MAY_4) == 40 + STARTER_CREDITS
    topped_up.use(530, MAY_4)
    assert books.answer(MAY_4) == 0
    assert _shown(topped_up).stop_code == "ended"
    assert _told(topped_up) == 0


def test_credits_that_expire_are_replaced_too(books: Books, topped_up: Prepaid) -> None:
    topped_up.grant(20, MAY_4, days=27)
    _set(topped_up, below=120)
    assert books.answer(MAY_4) == 0

    with topped_up.database.transaction() as session:
        assert expire_credits(session, Timeline(None, JUNE_1), 10) == 1
    assert books.answer(JUNE_1) == 1
    assert topped_up.balance(JUNE_1) == 100 + STARTER_CREDITS


def test_nothing_is_bought_between_the_old_periods_credits_and_the_new_ones(books: Books, topped_up: Prepaid) -> None:
    """The plan's 500 credits end with the period; the renewal brings 500 more once it is paid."""
    june_4 = datetime(2026, 6, 4, 9, 0, tzinfo=UTC)
    books.subscribe(topped_up.account_id, MAY_4)
    books.answer(MAY_4)
    _set(topped_up, below=200)
    topped_up.use(100, june_4 - timedelta(days=1))
    assert topped_up.balance(june_4) == 100

    topped_up.use(10, june_4)
    assert not any(invoice.reason is InvoiceReason.TOP_UP for invoice in books.invoices(topped_up.account_id))
    books.come_due(june_4)
    topped_up.use(10, june_4)
    assert not any(invoice.reason is InvoiceReason.TOP_UP for invoice in books.invoices(topped_up.account_id))
    books.answer(june_4)

    assert topped_up.balance(june_4) == 80 + 500
    assert not _due(topped_up, june_4)
    topped_up.use(381, june_4)
    assert books.answer(june_4) == 1
    assert topped_up.balance(june_4) == 199 + STARTER_CREDITS
