"""Invoices in the console: searched over all accounts, looked at, taken back."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from billing.clocks.wall import Wall
from billing.invoices.attach_document import attach_document
from calls.run_command import run_command
from database.operations import stage_command
from schemas.permissions import StaffRole
from tests.billing.subscribers import Books
from tests.portal.console.conftest import AtWork, Hire
from tests.portal.console.console_forms import do, outcome
from workers.wiring import Work

INVOICES = "/admin/invoices"
NewCustomer = Callable[..., UUID]


@pytest.fixture
def pending(subscribers: Books, new_customer: NewCustomer) -> UUID:
    """A customer's invoice that is to be paid by transfer."""
    account_id = new_customer()
    subscribers.subscribe(account_id, datetime.now(UTC).replace(microsecond=0), pay_by="transfer")
    (invoice,) = subscribers.invoices(account_id)
    return invoice.id


def test_invoices_of_all_accounts_are_searched(at_work: AtWork, hire: Hire, pending: UUID, subscribers: Books) -> None:
    robin, link = at_work(hire(StaffRole.SUPPORT)), f'href="{INVOICES}/{pending}"'
    page = robin.open(f"{INVOICES}/{pending}")
    number = page.text.partition("<h1>Invoice ")[2].partition(" ")[0]
    assert number.startswith("INV-")
    assert ">Acme Corp</a>" in page.text
    assert ">Acme Corp</a>" in robin.open(f"{INVOICES}?number={number}").text, "whose it is, by name"
    for query, is_there in (
        ("", True), (f"?number={number}", True), ("?status=pending&sort=due", True), ("?status=void", False),
        ("?created_until=2020-01-01", False), ("?currency=JPY", False),
    ):  # fmt: skip
        assert (link in robin.open(f"{INVOICES}{query}").text) is is_there, query
    for wrong in ("?number=%3Cb%3E", "?status=mine", "?account_id=x", "?due_from=soon"):
        assert robin.open(f"{INVOICES}{wrong}").status_code == 422, wrong


def test_an_invoice_is_shown_with_its_paper_and_what_one_may_do(
    at_work: AtWork, hire: Hire, pending: UUID, subscribers: Books
) -> None:
    finance, operator = at_work(hire(StaffRole.FINANCE)), at_work(hire(StaffRole.OPERATOR))
    page = finance.open(f"{INVOICES}/{pending}").text
    for told in ("$99.00", "pending", "/void", "/write-off", "/send"):
        assert told in page, told
    assert "/void" not in operator.open(f"{INVOICES}/{pending}").text
    assert finance.open(f"{INVOICES}/{pending}/pdf").status_code == 404
    with subscribers.database.transaction() as session:
        attach_document(session, pending, b"%PDF-1.7 a paper", Wall(datetime.now(UTC)), is_paid=False, is_mailed=False)
    assert finance.open(f"{INVOICES}/{pending}/pdf").content == b"%PDF-1.7 a paper"


def test_an_invoice_is_taken_back_once(
    at_work: AtWork,
    hire: Hire,
    new_customer: NewCustomer,
    hands_of_portal: Work,
    subscribers: Books,
    books_of_portal: Session,
) -> None:
    account_id, line = new_customer(), {"description": "A day of advice", "unit_minor": 90_000}
    body = {"account_id": str(account_id), "currency": "USD", "lines": [line], "send": False}
    run_command(hands_of_portal, stage_command(books_of_portal, "create_invoice", body, "app/shop"))
    (invoice,) = subscribers.invoices(account_id)
    robin, pending = at_work(hire(StaffRole.FINANCE)), invoice.id
    told = outcome(robin, do(robin, f"{INVOICES}/{pending}/void", hands_of_portal, reason="Sent to the wrong company"))
    assert "This is done" in told
    assert f'href="{INVOICES}/{pending}"' in told
    assert "void" in robin.open(f"{INVOICES}/{pending}").text
    assert "It is void already" in robin.open(f"{INVOICES}/{pending}/void").text
