"""What is too small to be charged is owed, and the next invoice asks for it: no card is declined, nobody is dunned."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from billing.catalog.issue_coupon import CouponTerms, issue_coupon
from billing.catalog.tables import CreditPackage
from billing.clocks.wall import Wall
from billing.credits.queries import view_balance
from billing.cycle.plan_change.preview import preview_change
from billing.dunning.tables import Dunning
from billing.errors import Rejected
from billing.invoices.queries import view_invoice
from billing.invoices.tables import InvoiceCounter, InvoiceStatus
from billing.money import Money
from billing.outcomes.record_outcome import record_outcome
from billing.payments.tables import PaymentAttempt
from billing.receipts.rules import share_of_kept
from billing.subscriptions.tables import PayBy, SubscriptionStatus
from billing.top_ups.queries import view_top_up
from billing.top_ups.set import set_top_up
from database.outbox import OutboxEntry
from schemas.commands.subscriptions import ChangePlan
from schemas.facts.payments import PaymentStatus
from schemas.views.invoices import InvoiceView
from tests.billing.charges import answer
from tests.billing.purchases import fact, start_purchase
from tests.billing.subscribers import Books, utc
from tests.billing.waiting import await_waiting

BEGIN = utc("2026-04-01 10:00")
END = utc("2026-05-01 10:00")
LAST_HOUR = utc("2026-05-01 09:00")
LEAST = Money(50, "USD")

# bills that are written at one instant each carry over less than the least, and together more
shares = st.tuples(st.integers(-400, 400), st.integers(0, 400), st.sampled_from(PayBy))


@given(shares)
def test_asked_for_is_nothing_or_what_can_be_charged_and_less_than_that_is_owed(case: tuple[int, int, PayBy]) -> None:
    kept, total, pay_by = case
    share = share_of_kept(Money(kept, "USD"), Money(total, "USD"), LEAST if pay_by is PayBy.CARD else None)
    asked, kept_after = share.left.minor, kept - share.used.minor - share.carried_over.minor
    assert asked == total - kept + kept_after, "not a cent comes or goes"
    assert asked == 0 or asked >= 50 or pay_by is PayBy.TRANSFER
    assert kept_after > -50
    assert kept_after <= 0 or asked == 0, "what is kept pays first"
    assert share.carried_over.minor == max(0, -kept_after), "all that is owed afterwards is on this invoice"


@given(st.integers(0, 400), st.lists(st.integers(0, 120), max_size=30))
def test_over_many_invoices_all_is_asked_for_but_the_last_few_cents(kept: int, totals: list[int]) -> None:
    left, asked = kept, 0
    for total in totals:
        share = share_of_kept(Money(left, "USD"), Money(total, "USD"), LEAST)
        left, asked = left - share.used.minor - share.carried_over.minor, asked + share.left.minor
    assert asked == max(0, sum(totals) - kept + min(left, 0))
    assert sum(totals) - kept - asked < 50


@pytest.fixture
def cheap(books: Books) -> str:
    """A coupon that leaves 0.20 of Starter's 99.00 to pay, for two periods."""
    with books.database.transaction() as session:
        issue_coupon(session, "CHEAP", CouponTerms(percent_ppm=998_000, periods=2))
        issue_coupon(session, "FREE", CouponTerms(percent_ppm=1_000_000))
    return "CHEAP"


def test_a_start_for_a_few_cents_is_active_at_once_and_the_third_bill_asks_for_all(
    books: Books, ada: UUID, cheap: str
) -> None:
    """0.20 in April and 0.20 in May are no charge; June asks for 99.00 and for the 0.40."""
    subscription_id = books.subscribe(ada, BEGIN, coupon=cheap)
    assert books.subscription(subscription_id).status is SubscriptionStatus.ACTIVE
    assert (books.answer(BEGIN), books.kept_minor(ada), _credits(books, ada, BEGIN)) == (0, -20, 500)
    books.come_due(END)
    assert (books.answer(END), books.kept_minor(ada)) == (0, -40)
    june = utc("2026-06-01 10:00")
    books.come_due(june)
    assert (books.answer(june), books.kept_minor(ada)) == (1, 0)
    assert books.paid_minor(ada) == 9_900 + 40
    seen = [(each.balance_used_minor, each.carried_over_minor, each.due_minor) for each in _views(books, ada)]
    assert seen == [(0, 20, 0), (-20, 40, 0), (-40, 0, 9_940)]
    assert {invoice.status for invoice in books.invoices(ada)} == {InvoiceStatus.PAID}
    assert _trouble(books) == []


@pytest.mark.parametrize("coupon", ["CHEAP", "FREE"])
def test_who_has_nothing_to_pay_by_card_needs_none(books: Books, cheap: str, coupon: str) -> None:
    eve = books.open("Eve")
    subscription_id = books.subscribe(eve, BEGIN, coupon=coupon)
    assert books.subscription(subscription_id).status is SubscriptionStatus.ACTIVE
    assert (books.kept_minor(eve), _credits(books, eve, BEGIN)) == (-20 if coupon == "CHEAP" else 0, 500)
    with pytest.raises(Rejected, match="no_card"):
        books.subscribe(books.open("Tom"), BEGIN)
    assert _trouble(books) == []


def test_renewals_of_one_batch_owe_together_until_it_can_be_charged(books: Books, ada: UUID, cheap: str) -> None:
    """Three times 0.20: the first two are owed, with the third 0.60 are asked for. In each of two months."""
    for _ in range(3):
        books.subscribe(ada, BEGIN, coupon=cheap, trial_days=30)
    assert books.come_due(END) == 3
    assert (books.answer(END), books.kept_minor(ada), books.paid_minor(ada)) == (1, 0, 60)
    assert sorted(invoice.due_minor for invoice in books.invoices(ada)) == [0, 0, 60]
    assert _trouble(books) == []


def test_bills_of_one_instant_may_owe_more_than_the_least_and_the_next_asks_for_all(
    books: Books, ada: UUID, cheap: str
) -> None:
    """Three workers renew at once, and none sees what the others carry over: they meet only at the month's counter."""
    for _ in range(3):
        books.subscribe(ada, BEGIN, coupon=cheap, trial_days=30)
    with ThreadPoolExecutor(3) as workers:
        with books.database.transaction() as session:
            session.add(InvoiceCounter(month=END.date().replace(day=1), last_number=0))
            session.flush()
            renewed = [workers.submit(books.come_due, END, 1) for _ in range(3)]
            await_waiting(books.database, 3)
        assert [each.result() for each in renewed] == [1, 1, 1]
    assert (books.answer(END), books.kept_minor(ada)) == (0, -60)
    june = utc("2026-06-01 10:00")
    assert books.come_due(june, limit=1) == 1
    assert (books.answer(june), books.kept_minor(ada), books.paid_minor(ada)) == (1, 0, 80)
    assert _trouble(books) == []


def test_a_purchase_on_a_page_has_its_price_and_the_next_bill_asks_for_what_is_owed(
    books: Books, ada: UUID, cheap: str
) -> None:
    books.subscribe(ada, BEGIN, coupon=cheap)
    bought = start_purchase(books.database, ada, BEGIN)
    with books.database.transaction() as session:
        record_outcome(session, fact(bought, PaymentStatus.CAPTURED, paid_at=BEGIN), Wall(BEGIN))
    assert (books.paid_minor(ada), books.kept_minor(ada)) == (2_999, -20)
    books.subscribe(ada, BEGIN, "growth")
    assert (books.answer(BEGIN), books.paid_minor(ada), books.kept_minor(ada)) == (1, 2_999 + 19_900 + 20, 0)
    assert _trouble(books) == []


def test_what_is_owed_is_owed_again_when_the_invoice_that_asked_for_it_is_void(
    books: Books, ada: UUID, cheap: str
) -> None:
    books.subscribe(ada, BEGIN, coupon=cheap)
    books.subscribe(ada, BEGIN, "growth")
    assert books.kept_minor(ada) == 0, "asked for with Growth"
    books.answer(BEGIN, decline="insufficient_funds")
    books.come_due(utc("2026-04-02 10:00"))
    assert (books.invoices(ada)[-1].status, books.kept_minor(ada)) == (InvoiceStatus.VOID, -20)
    books.subscribe(ada, utc("2026-04-03 10:00"), "growth")
    assert (books.answer(utc("2026-04-03 10:00")), books.paid_minor(ada)) == (1, 19_900 + 20)


def test_what_a_downgrade_gives_back_pays_it_first(books: Books, ada: UUID, cheap: str) -> None:
    books.subscribe(ada, BEGIN, coupon=cheap)
    subscription_id = books.subscribe(ada, BEGIN, "scale")
    books.answer(BEGIN)
    books.change(subscription_id, "growth", LAST_HOUR)
    books.subscribe(ada, BEGIN, coupon=cheap)
    assert books.kept_minor(ada) == -20
    books.change(subscription_id, "starter", LAST_HOUR, when="now")
    assert books.kept_minor(ada) == 42 - 14 - 20


def test_a_transfer_may_be_of_any_amount_and_asks_for_what_a_card_could_not(
    books: Books, ada: UUID, cheap: str
) -> None:
    books.subscribe(ada, BEGIN, coupon=cheap)
    books.subscribe(ada, BEGIN, pay_by="transfer", coupon=cheap)
    assert (books.invoices(ada)[-1].due_minor, books.kept_minor(ada)) == (40, 0)
    assert books.invoices(ada)[-1].status is InvoiceStatus.PENDING


def test_a_change_of_plan_for_a_few_cents_is_made_as_it_was_previewed(books: Books, ada: UUID) -> None:
    """The last hour of April on Growth: 0.14."""
    subscription_id = books.subscribe(ada, BEGIN)
    books.answer(BEGIN)
    wanted = ChangePlan.model_validate({"subscription_id": subscription_id, "plan": {"plan": "growth"}})
    with books.database.transaction() as session:
        preview = preview_change(session, wanted, LAST_HOUR)
    assert (preview.total_minor, preview.carried_over_minor, preview.due_minor) == (14, 14, 0)
    books.change(subscription_id, "growth", LAST_HOUR)
    told = _views(books, ada)[-1]
    assert (told.total_minor, told.carried_over_minor, told.due_minor) == (14, 14, 0)
    assert _trouble(books) == []


def test_an_automatic_purchase_for_a_few_cents_is_owed_until_it_can_be_charged(books: Books, ada: UUID) -> None:
    """A package of 500 credits for 0.30: the first purchase is owed, the second asks for 0.60."""
    with books.database.transaction() as session:
        cheap = update(CreditPackage).where(CreditPackage.slug == "starter")
        session.execute(cheap.values(list_price_minor=30))
        set_top_up(session, ada, "starter", 400, 3, BEGIN)
    assert (books.kept_minor(ada), _credits(books, ada, BEGIN), books.answer(BEGIN)) == (-30, 500, 0)
    with books.database.transaction() as session:
        set_top_up(session, ada, "starter", 501, 3, BEGIN)
    assert books.answer(BEGIN, decline="insufficient_funds") == 1
    assert (books.invoices(ada)[-1].status, books.kept_minor(ada)) == (InvoiceStatus.VOID, -30)
    with books.database.transaction() as session:
        set_top_up(session, ada, "starter", 501, 3, BEGIN)
    assert (books.answer(BEGIN), books.paid_minor(ada), books.kept_minor(ada)) == (1, 60, 0)
    assert _credits(books, ada, BEGIN) == 1_000
    with books.database.transaction() as session:
        top_up = view_top_up(session, ada)
    assert top_up is not None
    assert (top_up.invoice_id, top_up.stopped_at) == (None, None)


@pytest.mark.parametrize(("came", "owed"), [(9_851, 49), (9_850, 0)])
def test_of_what_was_paid_in_part_a_few_cents_are_not_charged(books: Books, ada: UUID, came: int, owed: int) -> None:
    """0.49 are owed with the next invoice; 0.50 are charged by the plan of retries."""
    subscription_id = books.subscribe(ada, BEGIN, trial_days=30)
    books.come_due(END)
    with books.database.transaction() as session:
        attempt = session.scalars(select(PaymentAttempt)).one()
        fact = answer(attempt, PaymentStatus.CAPTURED, paid_at=END)
        record_outcome(session, replace(fact, amount_minor=came), Wall(END))
    status = books.subscription(subscription_id).status
    assert (status is SubscriptionStatus.ACTIVE, books.kept_minor(ada)) == (bool(owed), -owed)
    told = _views(books, ada)[-1]
    assert (told.status, told.carried_over_minor) == (("paid", 49) if owed else ("pending", 0))
    assert bool(_trouble(books)) is not bool(owed)


def _views(books: Books, account_id: UUID) -> list[InvoiceView]:
    """The account's invoices as the API shows them, oldest first."""
    return [view_invoice(invoice, rendered=False) for invoice in books.invoices(account_id)]


def _credits(books: Books, account_id: UUID, now: datetime) -> int:
    with books.database.transaction() as session:
        return view_balance(session, account_id, now).balance


def _trouble(books: Books) -> list[str]:
    """Mails about money that did not come, and dunnings."""
    with books.database.transaction() as session:
        mails = session.scalars(select(OutboxEntry.topic).where(OutboxEntry.topic == "payment_failed")).all()
        return [*mails, *(str(dunning.invoice_id) for dunning in session.scalars(select(Dunning)))]
