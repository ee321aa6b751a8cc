"""Money owed: said on every page, in plain words and to the cent, and paid by one button."""

import html
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.catalog.publish_plan import PlanContent, publish_plan
from billing.catalog.tables import Interval
from billing.payment_methods.tables import PaymentMethodConfig
from database.ids import uuid7
from portal.formatting import day
from portal.targets import PATHS
from schemas.commands.portal import TARGETS
from schemas.permissions import Role
from tests.billing.subscribers import Books
from tests.gateways.sandbox_process import Sandbox
from tests.portal.pressing import carried_out, hidden_fields, press
from tests.portal.running_portal import Browser
from workers.wiring import Work

NewBrowser = Callable[..., Browser]
NewCustomer = Callable[..., UUID]
PAGES = ("/account/billing", "/account/invoices", "/account/sessions")


@pytest.fixture
def declined(subscribers: Books, new_customer: NewCustomer) -> Callable[[str], UUID]:
    """A customer whose renewal was refused for this reason a moment ago."""

    def make(code: str) -> UUID:
        account_id, now = new_customer(), datetime.now(UTC).replace(microsecond=0)
        began = now - timedelta(days=40)
        subscribers.give_card(account_id, began)
        subscription_id = subscribers.subscribe(account_id, began)
        subscribers.answer(began)
        renewed = subscribers.subscription(subscription_id).period_end
        subscribers.come_due(renewed)
        subscribers.answer(now, code)
        return account_id

    return make


@pytest.fixture
def by_transfer(subscribers: Books, new_customer: NewCustomer) -> UUID:
    """A customer whose first invoice is awaited by transfer."""
    account_id = new_customer()
    subscribers.subscribe(account_id, datetime.now(UTC), pay_by="transfer")
    return account_id


@pytest.fixture
def offered_somewhere(books_of_portal: Session) -> None:
    """In Germany one pays by transfer alone, to an account of its own; in the Netherlands by card as well."""
    bank = {"account_name": "Engine Ltd", "iban": "DE89370400440532013000", "bic": "COBADEFFXXX"}
    for country, method, name, more in (
        ("DE", "bank_transfer", "Bank transfer", bank),
        ("NL", "stripe", "Card", {}),
        ("NL", "bank_transfer", "Bank transfer", bank),
    ):
        row = {"id": uuid7(), "country": country, "method": method, "display_name": name, "sort_order": 1, **more}
        added = insert(PaymentMethodConfig).values(row)
        books_of_portal.execute(added.on_conflict_do_nothing(index_elements=["country", "method"]))


def test_a_refused_payment_is_told_on_every_page_with_why_when_and_one_button(
    signed_in: NewBrowser, declined: Callable[[str], UUID], subscribers: Books
) -> None:
    account_id = declined("insufficient_funds")
    owed = subscribers.invoices(account_id)[-1]
    ada = signed_in(account_id)
    for path in (*PAGES, f"/account/invoices/{owed.id}"):
        page = ada.open(path)
        assert "To be paid:" in page.text
        assert f'<data class="money" value="{owed.left_minor}">$99.00</data>' in page.text
        assert str(owed.number) in page.text
        assert "Your card has insufficient funds." in page.text
        assert "We try again by ourselves on" in page.text
        assert re.search(r"on <time[^>]+>[^<]+</time>\.\s+Your plan stays until", page.text), "two sentences"
        assert "then the subscription" in page.text
        assert page.text.count("Pay $99.00 now") >= 1, path


def test_what_is_tried_no_more_says_so_and_a_thief_learns_nothing(
    signed_in: NewBrowser, declined: Callable[[str], UUID]
) -> None:
    page = signed_in(declined("stolen_card")).open(PAGES[0])
    assert "Your bank declined the payment." in page.text
    assert "We do not try again by ourselves." in page.text
    assert "stolen" not in page.text


def test_who_may_not_pay_is_told_whom_to_ask(
    signed_in: NewBrowser, declined: Callable[[str], UUID], books_of_portal: Session, subscribers: Books
) -> None:
    account_id = declined("insufficient_funds")
    owed = subscribers.invoices(account_id)[-1]
    pay = f"/account/invoices/{owed.id}/pay"
    viewer = signed_in(account_id, user_id="user_9", role=Role.VIEWER)
    page = viewer.open(PAGES[0])
    assert "Please ask an owner" in page.text
    assert pay not in page.text
    for path in (pay, f"/account/invoices/{owed.id}/transfer"):
        assert viewer.send(path, {"operation_key": str(uuid4())}).status_code == 403
    members = (("user_1", "ada@acme.example", "owner"), ("user_9", "vera@acme.example", "viewer"))
    for user_id, email, role in members:
        books_of_portal.execute(
            text(
                "INSERT INTO account_members (id, account_id, user_id, email, role, joined_at)"
                " VALUES (gen_random_uuid(), :account_id, :user_id, :email, :role, now())"
            ),
            {"account_id": account_id, "user_id": user_id, "email": email, "role": role},
        )
    page = viewer.open(PAGES[0])
    assert "ada@acme.example" in page.text
    assert "vera@acme.example" not in page.text
    member = signed_in(account_id, user_id="user_1", role=Role.MEMBER)
    assert "To be paid:" not in member.open(PAGES[0]).text


def test_the_button_leads_over_the_operation_to_the_gateways_page(
    signed_in: NewBrowser, by_transfer: UUID, subscribers: Books, hands_at_gateway: Work, portal_sandbox: Sandbox
) -> None:
    invoice = subscribers.invoices(by_transfer)[0]
    ada, pay = signed_in(by_transfer), f"/account/invoices/{invoice.id}/pay"
    assert f'class="button" href="/account/invoices/{invoice.id}#pay">Pay $99.00 now' in ada.open(PAGES[0]).text
    fields = hidden_fields(ada.open(f"/account/invoices/{invoice.id}").text, pay)
    said, again = ada.send(pay, fields), ada.send(pay, fields)
    assert said.headers["location"] == again.headers["location"], "pressed twice it is one operation"
    done = carried_out(ada, hands_at_gateway, said)
    assert "one more step" in done.text
    assert "$99.00" in done.text
    (url,) = re.findall(rf'href="({re.escape(portal_sandbox.address)}[^"]+)" rel="noreferrer"', done.text)
    assert "form-action 'self';" in done.headers["content-security-policy"], "the way out is a link, no form"
    assert portal_sandbox.pay(html.unescape(url)) == 303
    back = ada.open(f"/account/invoices/{invoice.id}?paid=1")
    assert "is on its way to us" in back.text


def test_a_transfer_is_explained_with_account_reference_and_square(
    signed_in: NewBrowser, subscribers: Books, new_customer: NewCustomer, offered_somewhere: None
) -> None:
    account_id = new_customer(country="DE")
    with subscribers.database.transaction() as session:
        publish_plan(session, "local", "Local", PlanContent(100, {("EUR", Interval.MONTH): 4900}), sort_order=9)
    subscribers.subscribe(account_id, datetime.now(UTC), "local", pay_by="transfer", currency="EUR")
    invoice = subscribers.invoices(account_id)[0]
    ada = signed_in(account_id)
    page = ada.open(f"/account/invoices/{invoice.id}").text
    for told in ("DE89 3704 0044 0532 0130 00", "Engine Ltd", "COBADEFFXXX", "data:image/svg+xml", "<code>RF"):
        assert told in page, told
    assert invoice.due_at is not None
    assert day(invoice.due_at, "UTC", "en") in page
    assert "/pay" not in page.replace("/payment", ""), "nobody offers a page there"
    assert "How to pay it" in ada.open(PAGES[0]).text


def test_another_way_may_be_chosen_and_a_wrong_one_is_refused_beside_its_field(
    signed_in: NewBrowser, new_customer: NewCustomer, subscribers: Books, hands_of_portal: Work, offered_somewhere: None
) -> None:
    account_id, now = new_customer(country="NL"), datetime.now(UTC)
    subscribers.give_card(account_id, now)
    subscribers.subscribe(account_id, now)
    subscribers.answer(now, "insufficient_funds")
    invoice = subscribers.invoices(account_id)[0]
    path = f"/account/invoices/{invoice.id}"
    ada = signed_in(account_id)
    page = ada.open(path)
    assert "Pay with Card" in page.text
    wrong = press(ada, page, f"{path}/transfer", method="gold <b>")
    assert (wrong.status_code, 'href="#method"' in wrong.text) == (422, True)
    assert "gold" not in wrong.text
    done = carried_out(ada, hands_of_portal, press(ada, page, f"{path}/transfer", method="bank_transfer"))
    assert f'href="{path}"' in done.text
    assert "How to transfer it" in ada.open(path).text


def test_what_was_paid_meanwhile_is_not_paid_again(
    signed_in: NewBrowser, by_transfer: UUID, subscribers: Books, hands_at_gateway: Work, books_of_portal: Session
) -> None:
    invoice = subscribers.invoices(by_transfer)[0]
    ada, pay = signed_in(by_transfer), f"/account/invoices/{invoice.id}/pay"
    seen = ada.open(f"/account/invoices/{invoice.id}")
    taken_back = text("UPDATE invoices SET status = 'void', voided_at = now() WHERE id = :id")
    books_of_portal.execute(taken_back, {"id": invoice.id})
    refused = carried_out(ada, hands_at_gateway, press(ada, seen, pay))
    assert "nothing was changed by it" in refused.text
    assert "nothing is to be paid" in refused.text
    assert "To be paid:" not in refused.text


def test_anothers_invoice_is_paid_by_nobody(
    signed_in: NewBrowser, by_transfer: UUID, subscribers: Books, new_customer: NewCustomer, browser: NewBrowser
) -> None:
    invoice = subscribers.invoices(by_transfer)[0]
    for way in ("pay", "transfer"):
        path, fields = f"/account/invoices/{invoice.id}/{way}", {"operation_key": str(uuid4())}
        assert signed_in(new_customer()).send(path, fields).status_code == 404
        assert browser().send(path, fields).status_code == 401
        assert signed_in(by_transfer).send(path, fields, headers={"Origin": "null"}).status_code == 403
    with subscribers.database.transaction() as session:
        counted = text("SELECT count(*) FROM operations WHERE body ->> 'invoice_id' = :named")
        assert session.scalar(counted, {"named": str(invoice.id)}) == 0


def test_a_link_may_lead_to_what_is_owed_to_cancel_and_to_one_invoice(
    browser: NewBrowser, new_link: Callable[..., str], by_transfer: UUID, subscribers: Books
) -> None:
    invoice = subscribers.invoices(by_transfer)[0]

    def lands(target: str) -> str:
        ada = browser()
        entered = ada.send(new_link(by_transfer, target=target))
        return ada.open(entered.headers["location"], follow_redirects=True).url.path

    assert lands("pay") == lands(f"invoice/{invoice.id}") == f"/account/invoices/{invoice.id}"
    assert lands("cancel").endswith("/cancel")
    assert lands("invoices") == "/account/invoices"
    assert set(PATHS) == set(TARGETS), "the portal knows every word that the API takes"


def test_a_way_that_is_offered_no_more_is_refused_and_the_others_are_shown(
    signed_in: NewBrowser, new_customer: NewCustomer, subscribers: Books, books_of_portal: Session,
    offered_somewhere: None,
) -> None:  # fmt: skip
    account_id, now = new_customer(country="NL"), datetime.now(UTC)
    subscribers.give_card(account_id, now)
    subscribers.subscribe(account_id, now)
    subscribers.answer(now, "insufficient_funds")
    path = f"/account/invoices/{subscribers.invoices(account_id)[0].id}"
    ada = signed_in(account_id)
    page = ada.open(path)
    switch = text("UPDATE payment_method_configs SET enabled = :on WHERE country = 'NL' AND method = :method")
    for way, method, field in (("pay", "stripe", "gateway"), ("transfer", "bank_transfer", "method")):
        fields = {**hidden_fields(page.text, f"{path}/{way}"), field: method}
        books_of_portal.execute(switch, {"on": False, "method": method})
        gone = ada.send(f"{path}/{way}", fields)
        books_of_portal.execute(switch, {"on": True, "method": method})
        assert (gone.status_code, f'href="#{field}"' in gone.text) == (409, True)
        assert fields["operation_key"] in gone.text, "it is still the same form"
    said = text("SELECT count(*) FROM operations WHERE caller LIKE :caller")
    assert books_of_portal.scalar(said, {"caller": f"user/{account_id}/%"}) == 0
    assert ada.send(f"{path}/pay", {**fields, "gateway": "stripe"}).status_code == 303
