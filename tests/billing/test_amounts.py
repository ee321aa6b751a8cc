"""Amounts that a gateway takes: one table per vendor, asked when a price is set and before a charge is begun."""

from uuid import UUID

import pytest
from sqlalchemy import update

from billing.catalog.amount_rules import NO_RULE, AmountRules, load_amount_rules
from billing.catalog.issue_coupon import CouponTerms, issue_coupon
from billing.catalog.publish_plan import PlanContent, publish_plan
from billing.catalog.tables import CreditPackage, Interval
from billing.clocks.wall import Wall
from billing.cycle.plan_change.preview import preview_change
from billing.errors import Rejected
from billing.money import AmountRule, Money
from billing.payments.start_checkout import intend_checkout
from billing.top_ups.set import set_top_up
from database.ids import uuid7
from gateways.stripe.amounts import LEAST_MINOR
from sandbox.stripe.api import amounts as at_the_sandbox
from schemas.commands.payments import StartCreditCheckout
from schemas.commands.subscriptions import ChangePlan
from tests.billing.subscribers import Books, utc

BEGIN = utc("2026-04-01 10:00")


def test_a_currency_has_a_step_a_least_and_a_greatest_charge(books: Books) -> None:
    with books.database.transaction() as session:
        rules = load_amount_rules(session)
    least = {currency: rules.of("stripe", currency).least for currency in ("USD", "GBP", "JPY", "SEK", "DKK", "HUF")}
    assert least == {"USD": 50, "GBP": 30, "JPY": 50, "SEK": 300, "DKK": 250, "HUF": 17_500}
    assert rules.of("stripe", "KWD") == AmountRule(step=10, least=10, greatest=99_999_990)
    assert rules.of("stripe", "UGX") == AmountRule(least=1, greatest=999_999), "whole shillings, sent in hundredths"
    assert rules.of("stripe", "IDR").greatest == 999_999_999_999
    assert rules.of("another", "USD") == NO_RULE, "of which nothing is known"


def test_without_a_card_an_amount_is_one_that_all_gateways_take() -> None:
    stated = {("one", "KWD"): AmountRule(step=10, least=100, greatest=900), ("two", "KWD"): AmountRule(step=4, least=8)}
    assert AmountRules(stated).of(None, "KWD") == AmountRule(step=20, least=100, greatest=900)


def test_the_sandbox_knows_the_same_amounts(books: Books) -> None:
    with books.database.transaction() as session:
        rules = load_amount_rules(session)
    assert {currency.upper(): least for currency, least in at_the_sandbox.MINIMUM.items()} == LEAST_MINOR
    for currency, minimum in LEAST_MINOR.items():
        assert rules.of("stripe", currency).least == minimum, currency
    for currency, maximum in at_the_sandbox.MAXIMUM.items():
        assert rules.of("stripe", currency.upper()).greatest == maximum, currency


@pytest.mark.parametrize(
    ("currency", "minor", "code"),
    [
        ("QQQ", 9_900, "currency_unknown"),
        ("USD", -1, "amount_negative"),
        ("KWD", 1_234, "amount_too_fine"),
        ("USD", 100_000_000, "amount_too_large"),
        ("UGX", 1_000_000, "amount_too_large"),
    ],
)
def test_a_price_that_could_not_be_charged_is_refused_when_it_is_set(
    books: Books, currency: str, minor: int, code: str
) -> None:
    with books.database.transaction() as session:
        with pytest.raises(Rejected, match=code):
            publish_plan(session, "odd", "Odd", PlanContent(0, {(currency, Interval.MONTH): minor}))
        if minor > 0:
            with pytest.raises(Rejected, match=code):
                issue_coupon(session, "ODD", CouponTerms(amount=Money(minor, currency)))


def test_a_price_of_a_few_cents_or_none_may_be_set(books: Books) -> None:
    with books.database.transaction() as session:
        publish_plan(session, "mite", "Mite", PlanContent(0, {("USD", Interval.MONTH): 10, ("EUR", Interval.MONTH): 0}))


@pytest.mark.parametrize(
    ("minor", "code"), [(49, "amount_too_small"), (100_000_000, "amount_too_large"), (0, "nothing_to_pay")]
)
def test_a_package_that_could_not_be_charged_is_sold_on_no_page(books: Books, ada: UUID, minor: int, code: str) -> None:
    command = StartCreditCheckout(
        account_id=ada, package="starter", success_url="https://app.example/ok", cancel_url="https://app.example/no"
    )
    with books.database.transaction() as session:
        session.execute(update(CreditPackage).values(list_price_minor=minor))
        with pytest.raises(Rejected) as refused:
            intend_checkout(session, uuid7(), command, "stripe", Wall(BEGIN))
        session.rollback()
    assert refused.value.code == code


def test_a_package_that_could_never_be_charged_is_not_bought_by_itself(books: Books, ada: UUID) -> None:
    with books.database.transaction() as session:
        session.execute(update(CreditPackage).values(list_price_minor=100_000_000))
        with pytest.raises(Rejected, match="amount_too_large"):
            set_top_up(session, ada, "starter", 100, 3, BEGIN)


def test_a_plan_that_no_card_can_be_charged_is_refused_at_once_and_in_the_preview(books: Books, ada: UUID) -> None:
    """999,999.99 USD are the most; with a service it is more. By transfer it may be, and half of it for ever, too."""
    with books.database.transaction() as session:
        publish_plan(session, "whale", "Whale", PlanContent(0, {("USD", Interval.MONTH): 99_999_999}))
        issue_coupon(session, "ONCE", CouponTerms(percent_ppm=500_000))
        issue_coupon(session, "EVER", CouponTerms(percent_ppm=500_000, periods=0))
    dear = {"services": [{"service": "campaign-management"}]}
    with pytest.raises(Rejected, match="amount_too_large") as refused:
        books.subscribe(ada, BEGIN, "whale", **dear)
    assert refused.value.status == 422
    assert refused.value.detail == "1,000,198.99 USD cannot be charged: the most is 999,999.99 USD."
    with pytest.raises(Rejected, match="amount_too_large"):
        books.subscribe(ada, BEGIN, "whale", coupon="ONCE", **dear)
    books.subscribe(ada, BEGIN, "whale", coupon="EVER", **dear)
    books.subscribe(ada, BEGIN, "whale", pay_by="transfer", **dear)
    books.answer(BEGIN)

    running = books.subscribe(ada, BEGIN, "growth", **dear)
    books.answer(BEGIN)
    for when in ("now", "period_end"):
        several = {"subscription_id": running, "allow_another": True}
        wanted = ChangePlan.model_validate({**several, "plan": {"plan": "whale"}, "when": when})
        with pytest.raises(Rejected, match="amount_too_large"), books.database.transaction() as session:
            preview_change(session, wanted, BEGIN)
        with pytest.raises(Rejected, match="amount_too_large"):
            books.change(running, "whale", BEGIN, when=when)
