"""Accounts in the console: found, looked at, which is written down, suspended, activated, given credits."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from calls.run_command import run_command
from schemas.permissions import StaffRole
from tests.billing.subscribers import Books
from tests.portal.console.conftest import AtWork, Hire
from tests.portal.console.console_forms import do, fields_of, outcome
from workers.wiring import Work

ACCOUNTS = "/admin/accounts"
NewCustomer = Callable[..., UUID]


@pytest.fixture
def with_history(subscribers: Books, new_customer: NewCustomer) -> UUID:
    """A customer who subscribed three days ago and paid."""
    account_id, began = new_customer(f"Acme {uuid4().hex[:8]}"), datetime.now(UTC) - timedelta(days=3)
    began = began.replace(microsecond=0)
    subscribers.give_card(account_id, began)
    subscribers.subscribe(account_id, began)
    subscribers.answer(began)
    return account_id


def test_one_box_jumps_to_what_there_is_one_of(
    at_work: AtWork,
    hire: Hire,
    with_history: UUID,
    subscribers: Books,
    books_of_portal: Session,
    new_customer: NewCustomer,
) -> None:
    robin = at_work(hire())
    new_customer()  # of the same mail
    (invoice,) = subscribers.invoices(with_history)
    name = books_of_portal.execute(text("SELECT name FROM accounts WHERE id = :id"), {"id": with_history}).scalar_one()

    def led_to(sought: str) -> str:
        answer = robin.open("/admin/search", params={"q": sought})
        assert answer.status_code == 303
        return answer.headers["location"]

    one = f"{ACCOUNTS}/{with_history}"
    assert led_to(str(with_history)) == led_to(name) == one
    assert led_to(str(invoice.number)) == led_to(str(invoice.id)) == f"/admin/invoices/{invoice.id}"
    assert led_to(str(invoice.number).lower()) == f"/admin/invoices/{invoice.id}"
    assert led_to("billing@acme.example").startswith(f"{ACCOUNTS}?q=")
    for nothing in ("nobody at all", str(uuid4()), "<b>", "%", "\u202e"):
        assert led_to(nothing).startswith(f"{ACCOUNTS}?q="), nothing
    assert led_to("") == ACCOUNTS
    page = robin.open(led_to("nobody at all"))
    assert "Nothing fits what you are looking for" in page.text
    receipt = books_of_portal.execute(
        text("SELECT id FROM receipts WHERE account_id = :id"), {"id": with_history}
    ).scalar_one()
    assert led_to(str(receipt)) == f"/admin/payments/received/{receipt}"
    subscription = books_of_portal.execute(
        text("SELECT id FROM subscriptions WHERE account_id = :id"), {"id": with_history}
    ).scalar_one()
    assert led_to(str(subscription)) == one, "what has no page is shown with its account"


def test_accounts_are_listed_and_narrowed_by_the_address(at_work: AtWork, hire: Hire, with_history: UUID) -> None:
    robin = at_work(hire(StaffRole.SUPPORT))
    link = f'href="{ACCOUNTS}/{with_history}"'
    page = robin.open(ACCOUNTS).text
    assert link in page
    assert '<option value="-name">by name, from Z on</option>' in page
    assert link in robin.open(f"{ACCOUNTS}?q=acme&status=active&plan=starter&subscription=active").text
    assert link not in robin.open(f"{ACCOUNTS}?q=acme&status=suspended").text
    for wrong in ("status=mine", "created_from=yesterday", "cursor=x", "sort=rowid", "q=%E2%80%AE"):
        refused = robin.open(f"{ACCOUNTS}?{wrong}")
        assert (refused.status_code, "Please mend this" in refused.text) == (422, True), wrong


def test_an_account_is_shown_with_its_time_line_and_that_is_written_down(
    at_work: AtWork, hire: Hire, with_history: UUID, books_of_portal: Session
) -> None:
    member = hire(StaffRole.SUPPORT)
    robin = at_work(member)
    page = robin.open(f"{ACCOUNTS}/{with_history}")
    for told in ("billing@acme.example", "starter", "active", "Time line", "INV-", "$99.00", "invoice"):
        assert told in page.text, told
    assert "Give or take credits" not in page.text, "support may not"
    narrowed = robin.open(f"{ACCOUNTS}/{with_history}?kind=invoice")
    assert narrowed.text.count('data-label="Kind">invoice<') == 1
    assert robin.open(f"{ACCOUNTS}/{with_history}?kind=everything").status_code == 422
    noted = text(
        "SELECT said ->> 'path' FROM audit_entries WHERE action = 'read' AND actor_id = :who AND account_id = :whose"
    )
    read = books_of_portal.scalars(noted, {"who": f"staff/{member.id}", "whose": with_history}).all()
    assert set(read) == {f"{ACCOUNTS}/{with_history}"}
    assert robin.open(f"{ACCOUNTS}/{uuid4()}").status_code == 404


def test_an_account_is_suspended_and_activated_by_a_form(
    at_work: AtWork, hire: Hire, new_customer: NewCustomer, hands_of_portal: Work
) -> None:
    account_id = new_customer()
    one, robin = f"{ACCOUNTS}/{account_id}", at_work(hire(StaffRole.SUPPORT))
    empty = robin.send(f"{one}/suspend", {**fields_of(robin.open(f"{one}/suspend")), "reason": ""})
    assert (empty.status_code, 'href="#reason"' in empty.text) == (422, True)
    done = do(robin, f"{one}/suspend", hands_of_portal, reason="Card tests <b>")
    told = outcome(robin, done)
    assert "This is done" in told
    assert f'href="{one}"' in told
    page = robin.open(one).text
    assert "Card tests &lt;b&gt;" in page
    assert "It is not active" in robin.open(f"{one}/suspend").text
    assert "This is done" in outcome(robin, do(robin, f"{one}/activate", hands_of_portal))
    assert "Suspended since" not in robin.open(one).text


def test_credits_are_given_at_once_up_to_a_limit_and_above_it_by_two(
    at_work: AtWork, hire: Hire, new_customer: NewCustomer, hands_of_portal: Work
) -> None:
    account_id = new_customer()
    form, one = f"{ACCOUNTS}/{account_id}/credits", f"{ACCOUNTS}/{account_id}"
    robin, kim = at_work(hire(StaffRole.FINANCE)), at_work(hire(StaffRole.FINANCE))
    wrong = {**fields_of(robin.open(form)), "direction": "grant", "amount": "1_000", "reason": "An outage"}
    refused = robin.send(form, wrong)
    assert (refused.status_code, "must be a whole number" in refused.text) == (422, True)
    assert 'value="An outage"' in refused.text, "nothing typed is lost"
    assert 'value="1_000"' in refused.text
    assert fields_of(refused) == fields_of(refused) | {"operation_key": wrong["operation_key"]}
    given = {"direction": "grant", "reason": "An outage"}
    assert "This is done" in outcome(robin, do(robin, form, hands_of_portal, amount="500", **given))
    assert "500" in robin.open(one).text
    large = do(robin, form, hands_of_portal, amount="50000", expires_at="2099-01-01", **given)
    told = outcome(robin, large)
    assert "waits for a second person" in told
    assert f'href="/admin/approvals/{large}"' in told
    assert "50,000" not in robin.open(one).text.partition("Time line")[0]
    approval = f"/admin/approvals/{large}"
    page = robin.open(approval)
    for shown in ("50,000", "credits", "grant", "You want this yourself"):
        assert shown in page.text, shown
    assert "You want this yourself" in robin.open(f"{approval}/approve").text
    fields = {**fields_of(kim.open(f"{approval}/approve"))}
    own = robin.send(f"{approval}/approve", {**fields, "operation_key": str(uuid4())})
    own_id = UUID(own.headers["location"].rpartition("/")[2])
    run_command(hands_of_portal, own_id)
    assert "somebody else must approve it" in outcome(robin, own_id)
    assert "This is done" in outcome(kim, do(kim, f"{approval}/approve", hands_of_portal))
    run_command(hands_of_portal, large)
    assert "This is done" in outcome(robin, large)
    assert "50,500" in robin.open(one).text
    assert "It is decided already" in kim.open(f"{approval}/approve").text
