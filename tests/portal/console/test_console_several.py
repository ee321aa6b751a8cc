"""Several invoices are sent or taken back together: what will happen is shown, each is a command, once, of its own."""

from collections.abc import Callable
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from calls.run_command import run_command
from database.operations import stage_command
from schemas.permissions import StaffRole
from tests.billing.subscribers import Books
from tests.portal.console.conftest import AtWork, Hire
from tests.portal.console.console_forms import fields_of
from tests.portal.running_portal import Browser
from workers.wiring import Work

SEVERAL = "/admin/invoices/several"
Billed = Callable[..., UUID]


@pytest.fixture
def billed_cents(
    new_customer: Callable[..., UUID], subscribers: Books, hands_of_portal: Work, books_of_portal: Session
) -> Billed:
    """An invoice by hand to somebody new, of so many cents."""

    def bill(minor: int) -> UUID:
        account_id, line = new_customer(), {"description": "A day of advice", "unit_minor": minor}
        body = {"account_id": str(account_id), "currency": "USD", "lines": [line], "send": False}
        run_command(hands_of_portal, stage_command(books_of_portal, "create_invoice", body, "app/shop"))
        (invoice,) = subscribers.invoices(account_id)
        return invoice.id

    return bill


def _chosen(*invoice_ids: UUID) -> str:
    return "&".join(f"each-{invoice_id}=on" for invoice_id in invoice_ids)


def _reviewed(browser: Browser, what: str, *invoice_ids: UUID) -> httpx.Response:
    """The page that tells what will happen; it is led to, with the key of its form."""
    return browser.open(f"{SEVERAL}/{what}?{_chosen(*invoice_ids)}", follow_redirects=True)


def _carried_out(books: Session, hands: Work) -> list[str]:
    """A worker does what colleagues have asked for; what each was about."""
    staged = text(
        "SELECT id, body ->> 'invoice_id' FROM operations WHERE kind = :kind AND starts_with(caller, 'staff/')"
    )
    rows = [row for kind in ("void_invoice", "send_invoice") for row in books.execute(staged, {"kind": kind})]
    for operation_id, _ in rows:
        run_command(hands, operation_id)
    return [invoice_id for _, invoice_id in rows]


def test_what_is_chosen_is_told_one_by_one_and_taken_back_once_each(
    at_work: AtWork, hire: Hire, billed_cents: Billed, books_of_portal: Session, hands_of_portal: Work
) -> None:
    small, other, gone = billed_cents(1_000), billed_cents(2_550), billed_cents(3_000)
    books_of_portal.execute(text("UPDATE second_person_limits SET limit_amount = NULL WHERE kind = 'void_invoice'"))
    robin = at_work(hire(StaffRole.FINANCE))
    listed = robin.open("/admin/invoices").text
    assert f'name="each-{small}"' in listed
    assert f'formaction="{SEVERAL}/void"' in listed
    run_command(hands_of_portal, stage_command(books_of_portal, "void_invoice", _void(gone), "app/shop"))
    page = _reviewed(robin, "void", small, other, gone)
    for told in (">Acme Corp</a>", "$10.00", "$25.50", "2 of them.", "$35.50", "It is void already", "left out"):
        assert told in page.text, told
    fields = fields_of(page)
    assert f"each-{gone}" not in fields
    nothing_said = robin.send(f"{SEVERAL}/void", fields)
    assert (nothing_said.status_code, 'href="#reason"' in nothing_said.text) == (422, True)
    assert fields_of(nothing_said) == fields, "nothing chosen is lost"
    sent = {**fields, "reason": "Billed by mistake"}
    outcomes = [robin.send(f"{SEVERAL}/void", sent).headers["location"] for _ in range(2)]
    assert outcomes[0] == outcomes[1]
    waiting = robin.open(outcomes[0])
    assert waiting.text.count("on its way") >= 2
    assert sorted(_carried_out(books_of_portal, hands_of_portal)) == sorted([str(small), str(other)])
    told = robin.open(outcomes[0]).text
    assert told.count("</span> done</span>") == 2
    assert "on its way" not in told
    for invoice_id in (small, other):
        assert "void" in robin.open(f"/admin/invoices/{invoice_id}").text.partition("</h1>")[0]


def _void(invoice_id: UUID) -> dict[str, str]:
    return {"invoice_id": str(invoice_id), "reason": "Billed twice"}


def test_what_broke_off_is_sent_again_and_done_once_and_said_otherwise_refused(
    at_work: AtWork, hire: Hire, billed_cents: Billed, books_of_portal: Session
) -> None:
    first, second = billed_cents(1_100), billed_cents(1_200)
    robin = at_work(hire(StaffRole.FINANCE))
    sent = {**fields_of(_reviewed(robin, "void", first, second)), "reason": "Billed twice"}
    part = {name: value for name, value in sent.items() if name != f"each-{second}"}
    assert robin.send(f"{SEVERAL}/void", part).status_code == 303, "only the first came through"
    assert robin.send(f"{SEVERAL}/void", sent).status_code == 303
    counted = text("SELECT count(*) FROM operations WHERE kind = 'void_invoice' AND body ->> 'invoice_id' IN (:a, :b)")
    assert books_of_portal.scalar(counted, {"a": str(first), "b": str(second)}) == 2
    assert robin.send(f"{SEVERAL}/void", {**sent, "reason": "Another"}).status_code == 409


def test_each_is_refused_or_waits_by_itself(
    at_work: AtWork, hire: Hire, billed_cents: Billed, books_of_portal: Session, hands_of_portal: Work
) -> None:
    dear, paid = billed_cents(500_000), billed_cents(900)
    books_of_portal.execute(
        text(
            "INSERT INTO second_person_limits (kind, unit, limit_amount) VALUES ('void_invoice', '*', 100000)"
            " ON CONFLICT (kind, unit) DO UPDATE SET limit_amount = 100000"
        )
    )
    robin, kim = at_work(hire(StaffRole.FINANCE)), at_work(hire(StaffRole.FINANCE))
    fields = fields_of(_reviewed(robin, "void", dear, paid))
    # somebody else was faster
    run_command(hands_of_portal, stage_command(books_of_portal, "void_invoice", _void(paid), "app/shop"))
    outcome = robin.send(f"{SEVERAL}/void", {**fields, "reason": "By mistake"}).headers["location"]
    _carried_out(books_of_portal, hands_of_portal)
    told = robin.open(outcome).text
    assert "waits for a second person" in told
    assert "/admin/approvals/" in told
    assert "not done" in told
    assert "not asked for" in kim.open(outcome).text, "what another has sent is theirs"


def test_several_are_sent_by_who_may_send(at_work: AtWork, hire: Hire, billed_cents: Billed) -> None:
    invoice_id = billed_cents(1_300)
    support = at_work(hire(StaffRole.SUPPORT))
    page = _reviewed(support, "send", invoice_id)
    assert "Send them" in page.text
    outcome = support.send(f"{SEVERAL}/send", fields_of(page)).headers["location"]
    assert outcome.startswith(f"{SEVERAL}/send/outcome?sent=")
    assert f'formaction="{SEVERAL}/void"' not in support.open("/admin/invoices").text
    assert support.open(f"{SEVERAL}/void?{_chosen(invoice_id)}", follow_redirects=True).status_code == 403
    assert support.send(f"{SEVERAL}/void", {**fields_of(page), "reason": "x"}).status_code == 403
    operator = at_work(hire(StaffRole.OPERATOR))
    assert 'type="checkbox"' not in operator.open("/admin/invoices").text
    for headers in ({}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
        assert support.send(f"{SEVERAL}/send", fields_of(page), headers).status_code == 403


def test_a_choice_that_makes_no_sense_is_told_so(at_work: AtWork, hire: Hire) -> None:
    robin = at_work(hire(StaffRole.FINANCE))
    assert "Nothing is chosen" in _reviewed(robin, "void").text
    assert _reviewed(robin, "void", uuid4()).status_code == 404
    assert robin.open(f"{SEVERAL}/void?each-x=on", follow_redirects=True).status_code == 404
    assert _reviewed(robin, "send", *(uuid4() for _ in range(101))).status_code == 422
    assert robin.open(f"{SEVERAL}/void/outcome").status_code == 404
    assert robin.send(f"{SEVERAL}/void", {f"each-{uuid4()}": "on", "reason": "x"}).status_code == 400
