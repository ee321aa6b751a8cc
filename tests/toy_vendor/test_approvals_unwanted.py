"""What a customer agreed to on a page is taken only as far as it is still owed and nobody wishes to cancel it."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select

from database.memory import WorkState
from database.outbox import OutboxEntry
from tasks import payments
from tests.billing.payers import Payer
from tests.toy_vendor.deals import CREDITS, NOTHING, PRICE, Deal
from tests.toy_vendor.through_doors import hear


def test_what_was_paid_by_transfer_meanwhile_is_not_taken(deal: Deal) -> None:
    payer = Payer(deal.work.database, deal.account_id)
    invoice_id = payer.order(deal.work.wall().at)
    deal.open_page(invoice_id)
    event = deal.agree()
    payer.approve(payer.claim(invoice_id, PRICE, now=deal.work.wall().at), now=deal.work.wall().at)
    deal.hear(event)
    assert (deal.office.captures, deal.books()) == ([], (PRICE, CREDITS))
    assert (deal.attempt().status, deal.attempt().failure_code) == ("expired", "canceled"), "the books close the page"
    assert deal.come_back()["status"] == "expired"
    assert deal.office.captures == []


def test_of_what_was_paid_in_part_meanwhile_no_more_is_taken_than_is_owed(deal: Deal) -> None:
    payer = Payer(deal.work.database, deal.account_id)
    invoice_id = payer.order(deal.work.wall().at)
    deal.open_page(invoice_id)
    event = deal.agree()
    payer.approve(payer.claim(invoice_id, 1_000, now=deal.work.wall().at), now=deal.work.wall().at)
    deal.hear(event)
    assert (deal.office.captures, deal.attempt().failure_code) == ([], "canceled")
    assert deal.open_page(invoice_id).result is not None, "the rest is paid on a page of its own"
    deal.hear(deal.agree())
    assert (deal.books(), deal.captured()) == ((PRICE, CREDITS), PRICE - 1_000)


@pytest.mark.parametrize("changed", [{"amount_minor": 1}, {"amount_minor": 1_000_000}, {"currency": "EUR"}])
def test_another_amount_than_was_asked_for_is_not_taken(bought: Deal, changed: dict[str, Any]) -> None:
    bought.office.orders[bought.ref] |= changed
    bought.hear(bought.office.tell(bought.ref))
    assert (bought.office.captures, bought.books()) == ([], NOTHING)
    assert (bought.attempt().status, bought.attempt().failure_code) == ("expired", "other_amount")
    assert bought.invoice().status == "void"


def test_what_somebody_wishes_to_cancel_is_not_taken(deal: Deal) -> None:
    invoice_id = deal.owe()
    event = deal.agree()
    assert not deal.wish_to_cancel(invoice_id)
    hear(deal.door, deal.work, event)
    assert (deal.attempt().status, deal.attempt().failure_code) == ("expired", "canceled")
    deal.follow()
    assert (deal.office.captures, deal.books()) == ([], NOTHING)


def test_what_is_to_be_canceled_before_it_was_captured_is_not_taken_any_more(deal: Deal) -> None:
    """A transfer was approved while the vendor was away: when it is back, the page is closed, whoever comes first."""
    invoice_id = deal.owe()
    hear(deal.door, deal.work, deal.agree())
    assert not deal.wish_to_cancel(invoice_id)
    with deal.work.database.transaction() as session:
        staged = session.scalars(select(OutboxEntry.id).where(OutboxEntry.topic == "capture")).one()
    payments.capture(ids=[staged])
    assert deal.come_back()["status"] == "approved"
    deal.follow()
    assert (deal.attempt().status, deal.office.captures, deal.books()) == ("expired", [], NOTHING)


def test_what_is_being_captured_is_not_given_up_by_more_news_of_it(deal: Deal) -> None:
    """The wish to cancel comes when the capture may be on its way: only the gateway can say what became of that."""
    invoice_id = deal.owe()
    hear(deal.door, deal.work, deal.agree())
    assert not deal.wish_to_cancel(invoice_id)
    hear(deal.door, deal.work, deal.office.tell(deal.ref))
    assert deal.attempt().status == "approved"


def test_approved_after_it_was_given_up_nothing_is_taken(deal: Deal) -> None:
    invoice_id = deal.owe()
    deal.wish_to_cancel(invoice_id)
    deal.follow()
    assert deal.attempt().status == "expired"
    deal.hear(deal.agree())
    assert deal.come_back()["status"] == "expired"
    assert (deal.office.captures, deal.books()) == ([], NOTHING)


def test_who_closes_and_who_captures_exclude_each_other(deal: Deal) -> None:
    """The wish comes when the capture is staged and not made: whichever of the two is first decides, for both."""
    invoice_id = deal.owe()
    hear(deal.door, deal.work, deal.agree())
    assert not deal.wish_to_cancel(invoice_id)
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda _: deal.follow(), range(2)))
    deal.later()
    deal.follow()
    is_taken = deal.office.orders[deal.ref]["status"] == "paid"
    assert (deal.attempt().status, deal.books()[0]) == (("captured", PRICE) if is_taken else ("expired", 0))


def test_a_page_that_is_asked_for_when_they_have_agreed_closes_nothing(deal: Deal) -> None:
    invoice_id = deal.owe()
    deal.agree()
    again = deal.open_page(invoice_id)
    assert again.problem is not None
    assert again.problem["type"] == "urn:cashbeat:problem:payment_under_way"
    assert deal.follow() == [WorkState.DONE]
    assert (deal.invoice().status, deal.captured()) == ("paid", PRICE)
