"""Invoices: listed, filtered, looked at, taken home; and nobody sees another's."""

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from billing.clocks.wall import Wall
from billing.invoices.attach_document import attach_document
from schemas.permissions import Role
from tests.billing.subscribers import Books
from tests.portal.running_portal import Browser

INVOICES = "/account/invoices"
NewBrowser = Callable[..., Browser]
NewCustomer = Callable[..., UUID]


@pytest.fixture
def with_invoices(subscribers: Books, new_customer: NewCustomer) -> UUID:
    """A customer with two paid invoices."""
    account_id, began = new_customer(), datetime.now(UTC).replace(microsecond=0) - timedelta(days=40)
    subscribers.give_card(account_id, began)
    subscription_id = subscribers.subscribe(account_id, began)
    subscribers.answer(began)
    renewed = subscribers.subscription(subscription_id).period_end
    subscribers.come_due(renewed)
    subscribers.answer(renewed)
    return account_id


def test_invoices_are_listed_and_narrowed_by_the_address(
    signed_in: NewBrowser, with_invoices: UUID, subscribers: Books
) -> None:
    first, second = subscribers.invoices(with_invoices)
    ada = signed_in(with_invoices)

    def numbers(query: str) -> list[bool]:
        page = ada.open(f"{INVOICES}{query}")
        assert page.status_code == 200
        return [f">{each.number}</a>" in page.text for each in (first, second)]

    assert numbers("") == numbers("?status=paid") == [True, True]
    assert numbers(f"?number={first.number}") == [True, False]
    assert numbers("?status=void") == numbers("?created_from=2020-01-01&created_until=2020-02-01") == [False, False]
    assert "No invoice fits" in ada.open(f"{INVOICES}?status=void").text
    for wrong in ("?number=%3Cb%3E", "?status=mine", "?created_from=yesterday", "?cursor=x", "?sort=rowid"):
        refused = ada.open(f"{INVOICES}{wrong}")
        assert (refused.status_code, "Please mend this" in refused.text) == (422, True), wrong
        assert "<b>" not in refused.text
    other = uuid4()
    assert numbers(f"?account_id={other}") == [True, True], "whose they are is not asked"


def test_one_is_shown_with_its_lines_and_its_paper(
    signed_in: NewBrowser, with_invoices: UUID, subscribers: Books
) -> None:
    invoice = subscribers.invoices(with_invoices)[0]
    ada = signed_in(with_invoices)
    page = ada.open(f"{INVOICES}/{invoice.id}")
    assert page.status_code == 200
    for told in (str(invoice.number), "paid", "$99.00", "not drawn yet"):
        assert told in page.text, told
    assert ada.open(f"{INVOICES}/{invoice.id}/pdf").status_code == 404
    with subscribers.database.transaction() as session:
        attach_document(
            session, invoice.id, b"%PDF-1.7 a paper", Wall(datetime.now(UTC)), is_paid=True, is_mailed=False
        )
    paper = ada.open(f"{INVOICES}/{invoice.id}/pdf")
    assert (paper.status_code, paper.content) == (200, b"%PDF-1.7 a paper")
    assert paper.headers["content-disposition"] == f'attachment; filename="{invoice.number}.pdf"'
    assert paper.headers["cache-control"] == "no-store"


def test_each_line_says_why_it_was_charged_and_what_paid_it(
    signed_in: NewBrowser, with_invoices: UUID, subscribers: Books
) -> None:
    first, second = subscribers.invoices(with_invoices)
    ada = signed_in(with_invoices)
    page = ada.open(f"{INVOICES}/{first.id}").text
    for told in ("Why was I charged?", "You subscribed to the plan.", "500 credits", "What paid it", "Visa •••• 4242"):
        assert told in page, told
    assert "The plan went on into its next period" in ada.open(f"{INVOICES}/{second.id}").text
    assert page.count("<details") == 1
    assert f'value="{first.total_minor}"' in page[page.index("What paid it") :]


def test_what_was_tried_and_refused_is_told_with_its_reason(
    signed_in: NewBrowser, new_customer: NewCustomer, subscribers: Books
) -> None:
    account_id, now = new_customer(), datetime.now(UTC)
    subscribers.give_card(account_id, now)
    subscribers.subscribe(account_id, now)
    subscribers.answer(now, "expired_card")
    (invoice,) = subscribers.invoices(account_id)
    page = signed_in(account_id).open(f"{INVOICES}/{invoice.id}").text
    tried = page[page.index("What was tried") :]
    assert "refused" in tried
    assert "Your card has expired." in tried


def test_a_change_of_plan_explains_both_of_its_sides(
    signed_in: NewBrowser, new_customer: NewCustomer, subscribers: Books
) -> None:
    account_id, began = new_customer(), datetime.now(UTC).replace(microsecond=0) - timedelta(days=10)
    subscribers.give_card(account_id, began)
    subscription_id = subscribers.subscribe(account_id, began)
    subscribers.answer(began)
    subscribers.change(subscription_id, "growth", began + timedelta(days=5))
    subscribers.answer(began + timedelta(days=5))
    page = signed_in(account_id).open(f"{INVOICES}/{subscribers.invoices(account_id)[-1].id}").text
    for told in (
        "Why is this given back?",
        "what is left of it is given back",
        "The plan was changed.",
        "to the second",
    ):
        assert told in page, told


def test_the_same_list_comes_as_a_table_and_all_papers_in_one_file(
    signed_in: NewBrowser, with_invoices: UUID, subscribers: Books, new_customer: NewCustomer, browser: NewBrowser
) -> None:
    first, second = subscribers.invoices(with_invoices)
    with subscribers.database.transaction() as session:
        for each in (first, second):
            paper = f"%PDF-1.7 {each.number}".encode()
            attach_document(session, each.id, paper, Wall(datetime.now(UTC)), is_paid=True, is_mailed=False)
    ada = signed_in(with_invoices)
    table = ada.open(f"{INVOICES}.csv")
    assert table.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert [row["number"] for row in rows] == [second.number, first.number]
    assert {(row["currency"], row["total"], row["status"]) for row in rows} == {("USD", "99.00", "paid")}
    only = csv.DictReader(io.StringIO(ada.open(f"{INVOICES}.csv?number={first.number}").text))
    assert [row["number"] for row in only] == [first.number]
    packed = ada.open(f"{INVOICES}.zip")
    assert packed.headers["content-disposition"] == 'attachment; filename="invoices.zip"'
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        assert archive.testzip() is None
        assert archive.read(f"{first.number}.pdf") == f"%PDF-1.7 {first.number}".encode()
        assert len(archive.namelist()) == 2
    stranger = signed_in(new_customer())
    assert len(stranger.open(f"{INVOICES}.csv").text.splitlines()) == 1
    with zipfile.ZipFile(io.BytesIO(stranger.open(f"{INVOICES}.zip").content)) as archive:
        assert archive.namelist() == []
    for path in (f"{INVOICES}.csv", f"{INVOICES}.zip"):
        assert browser().open(path).status_code == 401
        assert signed_in(with_invoices, user_id="user_9", role=Role.MEMBER).open(path).status_code == 403
        assert ada.open(f"{path}?status=mine").status_code == 303, "the list tells what is wrong with it"


def test_anothers_invoice_does_not_exist(
    signed_in: NewBrowser, with_invoices: UUID, subscribers: Books, new_customer: NewCustomer, browser: NewBrowser
) -> None:
    invoice = subscribers.invoices(with_invoices)[0]
    stranger = signed_in(new_customer())
    for path in (f"{INVOICES}/{invoice.id}", f"{INVOICES}/{invoice.id}/pdf", f"{INVOICES}/{uuid4()}"):
        assert stranger.open(path).status_code == 404
        assert browser().open(path).status_code == 401
        assert signed_in(with_invoices, user_id="user_9", role=Role.MEMBER).open(path).status_code == 403
    assert str(invoice.number) not in stranger.open(f"{INVOICES}?number={invoice.number}").text.replace(
        f'value="{invoice.number}"', ""
    )


def test_what_is_to_be_paid_is_said_on_every_page(
    signed_in: NewBrowser, new_customer: NewCustomer, subscribers: Books
) -> None:
    account_id = new_customer()
    subscribers.subscribe(account_id, datetime.now(UTC), pay_by="transfer")
    ada, member = signed_in(account_id), signed_in(account_id, user_id="user_2", role=Role.MEMBER)
    for path in ("/account/billing", "/account/sessions", INVOICES):
        page = ada.open(path).text
        assert "To be paid:" in page
        assert "$99.00" in page
    assert "To be paid:" not in member.open("/account/billing").text
    assert f">{subscribers.invoices(account_id)[0].number}</a>" in ada.open(f"{INVOICES}?status=pending").text
