"""Credits: what is left and why, what is bought, by itself too, and what is warned of."""

import html
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from billing.credits.queries import view_watch
from billing.outcomes.save_card import save_card
from billing.payment_methods.tables import PaymentMethodConfig
from billing.tax.set_rate import NewRate, set_rate
from billing.top_ups.queries import view_top_up
from billing.usage.consume import consume_credits
from database.ids import uuid7
from schemas.facts.customers import CardFact
from schemas.permissions import Role
from tests.billing.subscribers import Books
from tests.gateways.sandbox_process import Sandbox
from tests.portal.pressing import carried_out, hidden_fields, press
from tests.portal.running_portal import OURS, Browser
from workers.wiring import Work

CREDITS, BUY = "/account/credits", "/account/credits/purchase"
NewBrowser = Callable[..., Browser]
NewCustomer = Callable[..., UUID]


@pytest.fixture
def with_credits(subscribers: Books, new_customer: NewCustomer) -> UUID:
    """A customer with the credits of a plan, some of them used."""
    account_id, began = new_customer(), datetime.now(UTC).replace(microsecond=0) - timedelta(days=2)
    subscribers.give_card(account_id, began)
    subscribers.subscribe(account_id, began)
    subscribers.answer(began)
    with subscribers.database.transaction() as session:
        consume_credits(session, account_id, 123, f"test/{account_id}", "Report 7 <b>", datetime.now(UTC))
    return account_id


@pytest.fixture
def sold_by_transfer(books_of_portal: Session, subscribers: Books) -> None:
    """In Austria one pays by transfer, with a fifth of tax."""
    here = {"country": "AT", "method": "bank_transfer"}
    if books_of_portal.query(PaymentMethodConfig).filter_by(**here).first() is None:
        books_of_portal.add(
            PaymentMethodConfig(
                id=uuid7(), display_name="Bank transfer", sort_order=1, account_name="Engine Ltd",
                iban="DE89370400440532013000", bic="COBADEFFXXX", **here,
            )
        )  # fmt: skip
        books_of_portal.flush()
        with subscribers.database.transaction() as session:
            set_rate(session, NewRate("AT", "VAT", 200_000, datetime.now(UTC).date()), None)


def test_what_is_left_where_it_came_from_and_where_it_went(signed_in: NewBrowser, with_credits: UUID) -> None:
    ada = signed_in(with_credits)
    page = ada.open(CREDITS)
    for told in ("377 credits left", "with your plan", "377 of 500", "Report 7 &lt;b&gt;", "-123", "+500", "expire on"):
        assert told in page.text, told
    assert 'value="377"' in page.text
    assert "Report 7" not in ada.open(f"{CREDITS}?movement=grant").text
    assert "Nothing fits" in ada.open(f"{CREDITS}?movement=expire").text
    for wrong in ("?movement=gold", "?created_from=x", "?cursor=1"):
        assert ada.open(f"{CREDITS}{wrong}").status_code == 422
    assert len(page.content) < 60_000


def test_a_package_is_bought_by_what_is_saved_at_the_price_that_was_shown(
    signed_in: NewBrowser, with_credits: UUID, hands_of_portal: Work, subscribers: Books
) -> None:
    ada = signed_in(with_credits)
    offer = ada.open(BUY)
    for told in ("2,000 credits", "$29.99", "popular", f"{BUY}/value"):
        assert told in offer.text, told
    review = ada.open(f"{BUY}/value")
    assert "Pay $29.99 with Visa •••• 4242" in review.text
    assert "2,377" in review.text
    fields = {**hidden_fields(review.text, ""), "method": "saved"}
    first, again = ada.send(f"{BUY}/value", fields), ada.send(f"{BUY}/value", fields)
    assert first.headers["location"] == again.headers["location"], "sent twice it is one purchase"
    done = carried_out(ada, hands_of_portal, first)
    bought = subscribers.invoices(with_credits)[-1]
    assert f"/account/invoices/{bought.id}" in done.text
    subscribers.answer(datetime.now(UTC))
    assert "2,377 credits left" in ada.open(CREDITS).text
    assert str(subscribers.invoices(with_credits)[-1].number) in ada.open(f"{CREDITS}?bought=1").text


def test_what_costs_something_else_by_now_is_not_bought(
    signed_in: NewBrowser, with_credits: UUID, hands_of_portal: Work, subscribers: Books, hands_at_gateway: Work
) -> None:
    ada, bills = signed_in(with_credits), len(subscribers.invoices(with_credits))
    shown = hidden_fields(ada.open(f"{BUY}/value").text, "")
    for method in ("saved", "stripe"):
        fields = {**shown, "operation_key": str(uuid4()), "total_minor": "2998", "method": method}
        refused = carried_out(ada, hands_at_gateway, ada.send(f"{BUY}/value", fields))
        assert "is not what it would cost now" in refused.text, method
    assert len(subscribers.invoices(with_credits)) == bills
    for wrong in (
        {"method": "saved", "card_id": shown["card_id"]},
        {"method": "saved", "card_id": shown["card_id"], "total_minor": "29.99"},
        {"method": "saved", "total_minor": "2999"},
        {"total_minor": "2999", "method": "<b>"},
    ):
        answer = ada.send(f"{BUY}/value", {"operation_key": str(uuid4()), **wrong})
        assert (answer.status_code, "Please mend this" in answer.text) == (422, True), wrong
        assert "<b>" not in answer.text
    assert ada.open(f"{BUY}/nothing").status_code == 404


def test_what_is_charged_is_what_was_shown_or_nothing(
    signed_in: NewBrowser, with_credits: UUID, hands_of_portal: Work, subscribers: Books
) -> None:
    ada, bills = signed_in(with_credits), len(subscribers.invoices(with_credits))
    review = ada.open(f"{BUY}/value")
    sent = {**hidden_fields(review.text, ""), "method": "saved"}
    said = ada.send(f"{BUY}/value", sent)
    with subscribers.database.transaction() as session:
        newer = CardFact("stripe", f"pm_{uuid4().hex}", f"cus_{with_credits.hex}", "visa", "1111", 12, 2050)
        save_card(session, with_credits, newer, datetime.now(UTC), chosen_at=datetime.now(UTC))
    assert "Another card or wallet would be charged" in carried_out(ada, hands_of_portal, said).text
    assert ada.send(f"{BUY}/value", sent).headers["location"] == said.headers["location"], "it is the same still"
    stale = {**sent, "operation_key": str(uuid4())}
    refused = ada.send(f"{BUY}/value", stale)
    assert refused.status_code == 409
    for told in ("is charged now than you were shown", "Pay $29.99 with Visa •••• 1111", stale["operation_key"]):
        assert told in refused.text, told
    assert len(subscribers.invoices(with_credits)) == bills
    again = {**hidden_fields(refused.text, ""), "method": "saved"}
    assert "/account/invoices/" in carried_out(ada, hands_of_portal, ada.send(f"{BUY}/value", again)).text


def test_without_anything_saved_a_page_opens_and_leads_back(
    signed_in: NewBrowser, new_customer: NewCustomer, hands_at_gateway: Work, portal_sandbox: Sandbox
) -> None:
    ada = signed_in(new_customer())
    review = ada.open(f"{BUY}/starter")
    key, total = _of_first_form(review.text)
    said = ada.send(f"{BUY}/starter", {"operation_key": key, "total_minor": total, "method": ""})
    done = carried_out(ada, hands_at_gateway, said)
    assert "You pay there:" in done.text
    (url,) = re.findall(rf'href="({re.escape(portal_sandbox.address)}[^"]+)" rel="noreferrer"', done.text)
    assert portal_sandbox.pay(html.unescape(url)) == 303
    assert "on its way to us" in ada.open(f"{CREDITS}?bought=1").text


def test_by_transfer_there_is_an_invoice_with_tax_and_how_to_pay_it(
    signed_in: NewBrowser, new_customer: NewCustomer, hands_of_portal: Work, subscribers: Books, sold_by_transfer: None
) -> None:
    account_id = new_customer(country="AT")
    ada = signed_in(account_id)
    review = ada.open(f"{BUY}/value")
    assert "$35.99" in review.text
    key, total = _of_first_form(review.text)
    said = ada.send(f"{BUY}/value", {"operation_key": key, "total_minor": total, "method": "bank_transfer"})
    done = carried_out(ada, hands_of_portal, said)
    (invoice,) = subscribers.invoices(account_id)
    assert invoice.total_minor == int(total) == 3_599
    assert f'href="/account/invoices/{invoice.id}"' in done.text
    assert "DE89 3704 0044 0532 0130 00" in ada.open(f"/account/invoices/{invoice.id}").text


def test_it_is_bought_by_itself_and_warned_of_until_that_is_ended(
    signed_in: NewBrowser, with_credits: UUID, hands_of_portal: Work
) -> None:
    ada = signed_in(with_credits)
    page = ada.open(CREDITS)
    typed = {"package": "value", "top_up_below": "100", "monthly_max": "2"}
    carried_out(ada, hands_of_portal, press(ada, page, f"{CREDITS}/top-up", **typed))
    page = ada.open(CREDITS)
    assert "Below 100 credits the package value is bought" in page.text
    carried_out(ada, hands_of_portal, press(ada, page, f"{CREDITS}/warning", warn_below="50"))
    with hands_of_portal.database.transaction() as session:
        top_up = view_top_up(session, with_credits)
        assert top_up is not None
        assert (top_up.top_up_below, top_up.monthly_max) == (100, 2)
        assert view_watch(session, with_credits).warn_below == 50
    page = ada.open(CREDITS)
    carried_out(ada, hands_of_portal, press(ada, page, f"{CREDITS}/top-up/end"))
    carried_out(ada, hands_of_portal, press(ada, page, f"{CREDITS}/warning", warn_below=""))
    page = ada.open(CREDITS)
    assert "No mail comes" in page.text
    assert "It was ended" in page.text


def test_what_was_typed_wrong_is_shown_again_beside_what_is_wrong(signed_in: NewBrowser, with_credits: UUID) -> None:
    ada = signed_in(with_credits)
    page = ada.open(CREDITS)
    for field, value in (("top_up_below", "ten <b>"), ("top_up_below", "0"), ("monthly_max", "-3")):
        typed = {"package": "pro", "top_up_below": "100", "monthly_max": "2", field: value}
        wrong = press(ada, page, f"{CREDITS}/top-up", **typed)
        assert (wrong.status_code, f'href="#{field}"' in wrong.text) == (422, True), value
        assert html.escape(value) in wrong.text, "nothing that was typed is lost"
        assert '<option value="pro" selected>' in wrong.text
        assert "<b>" not in wrong.text
    wrong = press(ada, page, f"{CREDITS}/warning", warn_below="many")
    assert (wrong.status_code, 'value="many"' in wrong.text) == (422, True)


def test_others_buy_and_set_nothing(
    signed_in: NewBrowser, with_credits: UUID, browser: NewBrowser, books_of_portal: Session
) -> None:
    viewer = signed_in(with_credits, user_id="user_4", role=Role.VIEWER)
    assert viewer.open(CREDITS).status_code == 200
    assert BUY not in viewer.open(CREDITS).text
    assert viewer.open(BUY).status_code == viewer.open(f"{BUY}/value").status_code == 403
    fields = {"operation_key": str(uuid4()), "total_minor": "2999", "method": "saved"}
    for path in (f"{BUY}/value", f"{CREDITS}/top-up", f"{CREDITS}/top-up/end", f"{CREDITS}/warning"):
        assert viewer.send(path, fields).status_code == 403
        assert browser().send(path, fields).status_code == 401
        assert signed_in(with_credits).send(path, fields, headers={**OURS, "Origin": "null"}).status_code == 403
    said = text("SELECT count(*) FROM operations WHERE caller LIKE :caller")
    assert books_of_portal.scalar(said, {"caller": f"user/{with_credits}/%"}) == 0


def _of_first_form(page: str) -> tuple[str, str]:
    """The key and the price of the first way to buy."""
    found = re.search(
        r'name="operation_key" value="([^"]+)">\s*<input type="hidden" name="total_minor" value="(\d+)"', page
    )
    assert found
    return found[1], found[2]
