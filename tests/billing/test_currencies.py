"""Subscriptions in several currencies: each is billed, charged and kept in its own, to the minor unit."""

from datetime import date, datetime
from uuid import UUID

import pytest
from sqlalchemy import select

from billing.catalog.issue_coupon import CouponTerms, issue_coupon
from billing.catalog.publish_plan import PlanContent, publish_plan
from billing.catalog.tables import Interval
from billing.cycle.plan_change.preview import preview_change
from billing.errors import Rejected
from billing.invoices.tables import InvoiceStatus
from billing.ledger.queries import balances
from billing.ledger.tables import LedgerAccount
from billing.money import Money
from billing.payments.tables import AttemptStatus, PaymentAttempt
from billing.tax.tables import TaxRate
from database.ids import uuid7
from schemas.commands.subscriptions import ChangePlan
from tests.billing.subscribers import Books, utc

BEGIN, END = utc("2026-04-01 10:00"), utc("2026-05-01 10:00")
THIRD, HALF = utc("2026-04-11 10:00"), utc("2026-04-16 10:00")
# minor units per month
BASIC = {("EUR", Interval.MONTH): 2_900, ("JPY", Interval.MONTH): 3_000, ("USD", Interval.MONTH): 3_100}
PRO = {("EUR", Interval.MONTH): 5_900, ("JPY", Interval.MONTH): 6_100}


@pytest.fixture(autouse=True)
def _price_list(books: Books) -> None:
    """Basic for 29.00 EUR, 3,000 JPY or 31.00 USD, Pro for 59.00 EUR or 6,100 JPY; tax in Germany and Japan."""
    with books.database.transaction() as session:
        publish_plan(session, "basic", "Basic", PlanContent(0, BASIC))
        publish_plan(session, "pro", "Pro", PlanContent(0, PRO))
        for country, rate_ppm in (("DE", 190_000), ("JP", 100_000)):
            rate = TaxRate(id=uuid7(), country=country, name="VAT", rate_ppm=rate_ppm, valid_from=date(2026, 1, 1))
            session.add(rate)


def test_a_start_an_upgrade_and_a_renewal_are_charged_in_the_currency_of_the_plan(books: Books) -> None:
    """Two thirds of April are left: 4,067 - 2,000 JPY and 207 of tax are charged, 39.33 - 19.33 EUR and 3.80 of tax."""
    emil, aiko = _customer(books, "DE"), _customer(books, "JP")
    in_euro = books.subscribe(emil, BEGIN, "basic", currency="EUR")
    in_yen = books.subscribe(aiko, BEGIN, "basic", currency="JPY")
    books.answer(BEGIN)
    assert _due(books, in_yen, "pro", "JPY", THIRD) == Money(2_274, "JPY")
    books.change(in_euro, "pro", THIRD, currency="EUR")
    books.change(in_yen, "pro", THIRD, currency="JPY")
    books.answer(THIRD)
    assert books.come_due(END) == 2
    books.answer(END)

    bills = {
        emil: [(2_900, 551, "EUR"), (2_000, 380, "EUR"), (5_900, 1_121, "EUR")],
        aiko: [(3_000, 300, "JPY"), (2_067, 207, "JPY"), (6_100, 610, "JPY")],
    }
    for account_id, expected in bills.items():
        invoices = books.invoices(account_id)
        assert [(invoice.subtotal_minor, invoice.tax_minor, invoice.currency) for invoice in invoices] == expected
        assert {invoice.status for invoice in invoices} == {InvoiceStatus.PAID}
    assert _charged(books, emil) == [Money(3_451, "EUR"), Money(2_380, "EUR"), Money(7_021, "EUR")]
    assert _charged(books, aiko) == [Money(3_300, "JPY"), Money(2_274, "JPY"), Money(6_710, "JPY")]
    assert _ledger(books) == {
        "EUR": {"gateway_clearing": 12_852, "deferred_revenue": -10_800, "tax_payable": -2_052},
        "JPY": {"gateway_clearing": 12_284, "deferred_revenue": -11_167, "tax_payable": -1_117},
    }


def test_money_kept_in_euro_pays_neither_yen_nor_dollars(books: Books, ada: UUID) -> None:
    """15.00 EUR are kept. An upgrade for 1,550 JPY and a start for 31.00 USD leave them to the renewal in euro."""
    in_yen = books.subscribe(ada, BEGIN, "basic", currency="JPY")
    in_euro = books.subscribe(ada, BEGIN, "pro", currency="EUR")
    books.answer(BEGIN)
    books.change(in_euro, "basic", HALF, currency="EUR", when="now")
    assert books.kept_minor(ada, "EUR") == 1_500

    assert _due(books, in_yen, "pro", "JPY", HALF) == Money(1_550, "JPY")
    books.change(in_yen, "pro", HALF, currency="JPY")
    books.subscribe(ada, HALF, "basic", currency="USD")
    books.answer(HALF)
    assert [books.kept_minor(ada, currency) for currency in ("EUR", "JPY", "USD")] == [1_500, 0, 0]

    assert books.come_due(END) == 2, "a renewal in yen and then one in euro, in one batch"
    books.answer(END)
    assert [books.kept_minor(ada, currency) for currency in ("EUR", "JPY", "USD")] == [0, 0, 0]
    charged = [(money.currency, money.minor) for money in _charged(books, ada)]
    assert sorted(charged) == [
        ("EUR", 1_400), ("EUR", 5_900), ("JPY", 1_550), ("JPY", 3_000), ("JPY", 6_100), ("USD", 3_100),
    ]  # fmt: skip


def test_each_currency_keeps_its_own_money(books: Books, ada: UUID) -> None:
    """15.00 EUR and 1,550 JPY are kept by two downgrades, and each goes into the renewal of its currency."""
    for currency in ("EUR", "JPY"):
        subscription_id = books.subscribe(ada, BEGIN, "pro", currency=currency)
        books.answer(BEGIN)
        books.change(subscription_id, "basic", HALF, currency=currency, when="now")
    assert (books.kept_minor(ada, "EUR"), books.kept_minor(ada, "JPY")) == (1_500, 1_550)
    assert _ledger(books)["JPY"] == {"gateway_clearing": 6_100, "deferred_revenue": -4_550, "customer_balance": -1_550}

    books.come_due(END)
    books.answer(END)
    used = {invoice.currency: invoice.balance_used_minor for invoice in books.invoices(ada)[-2:]}
    assert used == {"EUR": 1_500, "JPY": 1_550}
    assert (books.kept_minor(ada, "EUR"), books.kept_minor(ada, "JPY")) == (0, 0)


def test_a_few_yen_are_not_charged_and_fifty_two_are(books: Books, ada: UUID) -> None:
    """11 of April's 720 hours: 93 - 46 = 47 JPY, carried over. 12 hours: 102 - 50 = 52 JPY."""
    subscription_id = books.subscribe(ada, BEGIN, "basic", currency="JPY")
    books.answer(BEGIN)
    assert _due(books, subscription_id, "pro", "JPY", utc("2026-04-30 23:00")) == Money(0, "JPY")
    books.change(subscription_id, "pro", utc("2026-04-30 22:00"), currency="JPY")
    assert _charged(books, ada) == [Money(3_000, "JPY"), Money(52, "JPY")]
    books.answer(utc("2026-04-30 22:00"))


@pytest.mark.parametrize("when", ["now", "period_end"])
@pytest.mark.parametrize(("plan", "currency"), [("pro", "JPY"), ("basic", "JPY"), ("basic", "USD")])
def test_a_subscription_keeps_its_currency(books: Books, ada: UUID, plan: str, currency: str, when: str) -> None:
    subscription_id = books.subscribe(ada, BEGIN, "basic", currency="EUR")
    books.answer(BEGIN)
    refused = _refused(books, subscription_id, plan, currency, HALF, when)
    assert (refused.code, refused.status) == ("currency_differs", 409)
    assert refused.detail == "The subscription is billed in EUR."

    books.come_due(END)
    books.answer(END)
    assert _charged(books, ada) == [Money(2_900, "EUR"), Money(2_900, "EUR")]


def test_what_has_no_price_in_a_currency_is_not_sold_in_it(books: Books, ada: UUID) -> None:
    """A plan, a service, and 10.00 USD off; a third off is a third of yen, too: 1,000 of 3,000, to the whole yen."""
    with books.database.transaction() as session:
        issue_coupon(session, "TENNER", CouponTerms(amount=Money(1_000, "USD")))
        issue_coupon(session, "THIRD", CouponTerms(percent_ppm=333_333))
    in_yen = {"plan": "basic", "currency": "JPY"}
    for refused, fields in (
        ("price_not_found", {"plan": "growth", "currency": "JPY"}),
        ("service_not_found", {**in_yen, "services": [{"service": "setup-app"}]}),
        ("coupon_not_found", {**in_yen, "coupon": "TENNER"}),
    ):
        with pytest.raises(Rejected, match="JPY") as rejection:
            books.subscribe(ada, BEGIN, **fields)
        assert (rejection.value.code, rejection.value.status) == (refused, 404)
    assert books.invoices(ada) == []

    subscription_id = books.subscribe(ada, BEGIN, "basic", currency="JPY", coupon="THIRD")
    assert _charged(books, ada) == [Money(2_000, "JPY")]
    books.answer(BEGIN)
    assert _refused(books, subscription_id, "growth", "JPY", HALF).code == "price_not_found"


def _customer(books: Books, country: str) -> UUID:
    account_id = books.open(country=country)
    books.give_card(account_id, BEGIN)
    return account_id


def _charged(books: Books, account_id: UUID) -> list[Money]:
    """What the gateway was asked for, oldest first; whatever it has answered is of the same amount."""
    wanted = select(PaymentAttempt).where(PaymentAttempt.account_id == account_id).order_by(PaymentAttempt.id)
    with books.database.transaction() as session:
        attempts = session.scalars(wanted).all()
    assert {attempt.status for attempt in attempts} <= {AttemptStatus.CREATED, AttemptStatus.CAPTURED}
    asked = [Money(attempt.request["amount_minor"], attempt.request["currency"]) for attempt in attempts]
    assert asked == [Money(attempt.amount_minor, attempt.currency) for attempt in attempts]
    return asked


def _ledger(books: Books) -> dict[str, dict[str, int]]:
    """By currency, in each of which it sums to zero, the accounts with something on them."""
    found: dict[str, dict[str, int]] = {}
    with books.database.transaction() as session:
        for (account, _, currency), minor in balances(session).items():
            if minor:
                found.setdefault(currency, {})[LedgerAccount(account).value] = minor
    assert {sum(accounts.values()) for accounts in found.values()} == {0}
    return found


def _due(books: Books, subscription_id: UUID, plan: str, currency: str, at: datetime, when: str | None = None) -> Money:
    """What is to be paid by the preview."""
    choice = {"plan": plan, "currency": currency}
    wanted = ChangePlan.model_validate({"subscription_id": subscription_id, "plan": choice, "when": when})
    with books.database.transaction() as session:
        preview = preview_change(session, wanted, at)
    return Money(preview.due_minor, preview.currency)


def _refused(
    books: Books, subscription_id: UUID, plan: str, currency: str, at: datetime, when: str | None = None
) -> Rejected:
    """The refusal, which is the same in the preview."""
    with pytest.raises(Rejected) as previewed:
        _due(books, subscription_id, plan, currency, at, when)
    with pytest.raises(Rejected) as refused:
        books.change(subscription_id, plan, at, currency=currency, when=when)
    assert str(previewed.value) == str(refused.value)
    return refused.value
