"""An invoice by hand in the console: typed line by line, looked at, issued at the total that was shown, once."""

import re
from collections.abc import Callable
from datetime import date
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from billing.tax.set_rate import NewRate, set_rate
from calls.run_command import run_command
from portal.console.bill_form import LINES_MAX
from schemas.permissions import StaffRole
from tests.billing.subscribers import Books
from tests.portal.console.conftest import AtWork, Hire
from tests.portal.console.console_forms import fields_of, outcome
from tests.portal.running_portal import Browser
from workers.wiring import Work

NEW = "/admin/invoices/new"
NewCustomer = Callable[..., UUID]
ADVICE = {"description-0": "A day of <advice>", "quantity-0": "2", "price-0": "450.50"}


@pytest.fixture
def bill_to(new_customer: NewCustomer) -> Callable[..., dict[str, str]]:
    """What is typed of a bill to somebody new."""

    def typed(country: str = "US", **more: str) -> dict[str, str]:
        head = {"account_id": str(new_customer(country=country)), "currency": "USD", "due_days": "30", "send": "no"}
        return {**head, "method": "", **more}

    return typed


def _typed_in(page: httpx.Response) -> dict[str, str]:
    """What stands in the fields of a page that people type into."""
    return dict(re.findall(r'<input id="([^"]+)" name="[^"]+" type="text" value="([^"]*)"', page.text))


def _press(browser: Browser, button: str, fields: dict[str, str]) -> httpx.Response:
    return browser.send(NEW, {"operation_key": str(uuid4()), **fields, "do": button})


def test_lines_are_added_and_taken_out_and_nothing_typed_is_lost(
    at_work: AtWork, hire: Hire, bill_to: Callable[..., dict[str, str]], hands_of_portal: Work
) -> None:
    robin, typed = at_work(hire(StaffRole.FINANCE)), {**bill_to(), **ADVICE}
    first = robin.open(f"{NEW}?account_id={typed['account_id']}")
    assert _typed_in(first)["account_id"] == typed["account_id"]
    assert 'value="remove-0"' not in first.text, "the only line stays"
    two = _press(robin, "add", typed)
    assert two.status_code == 200
    assert _typed_in(two) | {"description-0": "", "description-1": ""} == {
        **{name: typed[name] for name in ("account_id", "currency", "due_days")},
        "quantity-0": "2", "price-0": "450.50", "quantity-1": "1", "price-1": "", "description-0": "",
        "description-1": "",
    }  # fmt: skip
    assert "A day of &lt;advice&gt;" in two.text
    assert "<advice>" not in two.text
    assert '<option value="package:value">Value, $29.99</option>' in two.text
    left = _typed_in(_press(robin, "remove-0", {**typed, "quantity-1": "7", "description-1": "Second"}))
    assert (left["quantity-0"], left["description-0"], "quantity-1" in left) == ("7", "Second", False)
    many = {f"quantity-{place}": "1" for place in range(LINES_MAX)}
    assert 'value="add"' not in _press(robin, "add", {**typed, **many}).text


def test_what_is_wrong_is_told_beside_its_line(
    at_work: AtWork, hire: Hire, bill_to: Callable[..., dict[str, str]], hands_of_portal: Work
) -> None:
    robin, typed = at_work(hire(StaffRole.FINANCE)), bill_to()
    blank = {"quantity-0": "1"}
    for wrong, place in (
        (blank, "description-0"),
        ({**ADVICE, "price-0": "1,50"}, "price-0"),
        ({**ADVICE, "price-0": "1.234"}, "price-0"),
        ({**ADVICE, "quantity-0": "many"}, "quantity-0"),
        ({**ADVICE, "due_days": "400"}, "due_days"),
        ({**ADVICE, "currency": "usd"}, "currency"),
        ({**ADVICE, "account_id": str(uuid4())}, "account_id"),
        ({**ADVICE, "account_id": "Acme"}, "account_id"),
        (
            {**ADVICE, "method": "bank_transfer", "currency": "EUR", "what-0": "package:value", "price-0": ""},
            "currency",
        ),
        # the second line says nothing, and the third too much
        ({**ADVICE, "quantity-1": "1", "quantity-2": "1", "what-2": "package:value", "price-2": "1"}, "description-2"),
        ({**ADVICE, "quantity-1": "1", "quantity-2": "0", "what-2": "package:value"}, "quantity-2"),
    ):
        refused = _press(robin, "review", {**typed, **wrong})
        assert (refused.status_code, f'href="#{place}"' in refused.text) == (422, True), (wrong, refused.text)
        assert "Issue it" not in refused.text


def test_the_total_is_shown_before_it_is_issued_once_and_exactly_so(
    at_work: AtWork, hire: Hire, bill_to: Callable[..., dict[str, str]], subscribers: Books, hands_of_portal: Work
) -> None:
    with subscribers.database.transaction() as session:
        set_rate(session, NewRate("GB", "VAT", 200_000, date(2026, 1, 1)), None)
    robin = at_work(hire(StaffRole.FINANCE))
    more = {"quantity-1": "1", "what-1": "package:value", "quantity-2": "1"}
    typed = {**bill_to("GB"), **ADVICE, **more}
    page = _press(robin, "review", typed)
    assert page.status_code == 200
    for told in ("$901.00", "Value package", "$930.99", "$186.20", "$1,117.19", "nothing is mailed", "in 30 days"):
        assert told in page.text, told
    account_id = UUID(typed["account_id"])
    assert not subscribers.invoices(account_id), "looking writes nothing"
    again = robin.send(NEW, {**_hidden(page), "do": "edit"})
    assert _typed_in(again)["price-0"] == "450.50"
    sent = {**_hidden(page), "do": "issue"}
    said = {robin.send(NEW, sent).headers["location"] for _ in range(2)}
    assert len(said) == 1, "sent twice it is one operation"
    operation_id = UUID(said.pop().rpartition("/")[2])
    run_command(hands_of_portal, operation_id)
    (invoice,) = subscribers.invoices(account_id)
    assert (invoice.total_minor, invoice.status) == (111_719, "pending")
    told = outcome(robin, operation_id)
    assert "This is done" in told
    assert f'href="/admin/invoices/{invoice.id}"' in told


def test_what_costs_another_sum_than_was_shown_is_not_issued(
    at_work: AtWork, hire: Hire, bill_to: Callable[..., dict[str, str]], subscribers: Books, hands_of_portal: Work,
    books_of_portal: Session,
) -> None:  # fmt: skip
    robin, typed = at_work(hire(StaffRole.ADMIN)), {**bill_to("NZ"), **ADVICE}
    fields = _hidden(_press(robin, "review", typed))
    with subscribers.database.transaction() as session:
        set_rate(session, NewRate("NZ", "GST", 150_000, date(2026, 1, 1)), None)
    said = robin.send(NEW, {**fields, "do": "issue"}).headers["location"]
    run_command(hands_of_portal, UUID(said.rpartition("/")[2]))
    assert "look at the total again" in robin.open(said).text
    assert not subscribers.invoices(UUID(typed["account_id"]))
    for forged in ("", "free", "-1"):
        answer = robin.send(NEW, {**fields, "operation_key": str(uuid4()), "total_minor": forged, "do": "issue"})
        assert answer.status_code == 422, forged
    assert books_of_portal.scalar(text("SELECT count(*) FROM operations WHERE kind = 'create_invoice'")) >= 1


def test_a_long_bill_is_kept_when_the_session_ends_in_the_middle_of_it(
    at_work: AtWork, hire: Hire, bill_to: Callable[..., dict[str, str]], books_of_portal: Session
) -> None:
    member = hire(StaffRole.FINANCE)
    robin = at_work(member)
    lines: dict[str, str] = {}
    for place in range(LINES_MAX):
        typed = {"description": f"Day {place}", "quantity": "1", "price": "450.50", "what": ""}
        lines |= {f"{name}-{place}": value for name, value in typed.items()}
    ended = text("UPDATE staff_sessions SET seen_at = seen_at - interval '16 minutes' WHERE staff_id = :id")
    books_of_portal.execute(ended, {"id": member.id})
    over = _press(robin, "review", {**bill_to(), **lines})
    assert (over.status_code, "What you typed is kept" in over.text) == (401, True)


def test_who_may_not_bill_is_not_shown_the_way(
    at_work: AtWork, hire: Hire, bill_to: Callable[..., dict[str, str]]
) -> None:
    typed = {**bill_to(), **ADVICE}
    for role in (StaffRole.SUPPORT, StaffRole.APPROVER, StaffRole.OPERATOR):
        robin = at_work(hire(role))
        assert NEW not in robin.open("/admin/invoices").text
        assert robin.open(NEW).status_code == 403
        for button in ("add", "review", "issue"):
            assert _press(robin, button, typed).status_code == 403
    robin = at_work(hire(StaffRole.FINANCE))
    assert f'href="{NEW}"' in robin.open("/admin/invoices").text
    assert f'href="{NEW}?account_id=' in robin.open(f"/admin/accounts/{typed['account_id']}").text
    for headers in ({}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
        assert robin.send(NEW, {**typed, "do": "issue"}, headers).status_code == 403


def _hidden(page: httpx.Response) -> dict[str, str]:
    return {name: value.replace("&lt;", "<").replace("&gt;", ">") for name, value in fields_of(page).items()}
