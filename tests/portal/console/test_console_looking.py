"""Look as the customer: their pages, for half an hour and a reason that they are shown, and nothing is done there."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import InternalError
from sqlalchemy.orm import Session

from database.engine import Database, make_engine
from database.sight import EVERYTHING
from ingress.reads import Reads
from portal.console.looking import REASON_LENGTH_MAX, ReadOnly
from schemas.permissions import StaffRole
from settings import Settings
from tests.billing.subscribers import Books
from tests.portal.console.conftest import COOKIE, AtWork, Hire, code_of
from tests.portal.running_portal import Browser

NewCustomer = Callable[..., UUID]
PAGES = (
    "/account/billing", "/account/credits", "/account/invoices", "/account/payment-methods", "/account/usage",
    "/account/team", "/account/settings",
)  # fmt: skip
WHY = "Ticket 12: <b>cannot find</b> the invoice"


@pytest.fixture
def looked_at(subscribers: Books, new_customer: NewCustomer) -> UUID:
    """One who has subscribed, and has not paid yet."""
    account_id = new_customer("Look & Sons")
    subscribers.subscribe(account_id, datetime.now(UTC).replace(microsecond=0), pay_by="transfer")
    return account_id


def _look(browser: Browser, account_id: UUID, why: str = WHY) -> None:
    begun = browser.send(f"/admin/accounts/{account_id}/look", {"reason": why})
    assert (begun.status_code, begun.headers["location"]) == (303, "/account/billing"), begun.text


def test_the_pages_are_those_of_the_account_and_have_no_button(
    at_work: AtWork, hire: Hire, looked_at: UUID, subscribers: Books
) -> None:
    robin = at_work(hire(StaffRole.SUPPORT))
    assert f'href="/admin/accounts/{looked_at}/look"' in robin.open(f"/admin/accounts/{looked_at}").text
    assert "The customer reads this" in robin.open(f"/admin/accounts/{looked_at}/look").text
    _look(robin, looked_at)
    (invoice,) = subscribers.invoices(looked_at)
    for path in (*PAGES, f"/account/invoices/{invoice.id}", "/account/invoices.csv"):
        page = robin.open(path)
        assert page.status_code == 200, (path, page.text)
        if path.endswith(".csv"):
            continue
        for told in ("Look &amp; Sons", "can change nothing", "Ticket 12: &lt;b&gt;cannot find&lt;/b&gt;"):
            assert told in page.text, (path, told)
        forms = page.text.count('<form method="post"')
        assert forms == 1, (path, "only the button that stops looking")
    assert 'href="/account/sessions"' not in page.text


def test_nothing_can_be_done_there(at_work: AtWork, hire: Hire, looked_at: UUID, books_of_portal: Session) -> None:
    robin = at_work(hire(StaffRole.ADMIN))
    _look(robin, looked_at)
    for path in ("/account/billing/cancel", "/account/settings", "/account/team/invite", "/account/credits/purchase"):
        assert robin.send(path, {"operation_key": str(uuid4())}).status_code in {404, 405}, path
    for path in ("/account/billing/plan", "/account/settings/delete", "/account/sessions"):
        assert robin.open(path, follow_redirects=True).status_code in {403, 404}, path
    said = text("SELECT count(*) FROM operations WHERE caller LIKE 'look/%' OR caller LIKE 'staff/%'")
    assert books_of_portal.scalar(said) == 0


def test_postgresql_writes_nothing_in_a_look(console_settings: Settings) -> None:
    """Whatever a page would do: its transactions are read-only, beside what the role may not change anyway."""
    reads = ReadOnly(Reads(console_settings.console_database_url))
    write = text("UPDATE account_looks SET ended_at = now()")
    with pytest.raises(InternalError, match="read-only transaction"):
        asyncio.run(reads.run(lambda session: session.execute(write), EVERYTHING))
    database = Database(make_engine(console_settings.console_database_url, pool_size=1))
    with database.transaction() as session:
        session.execute(write)
    database.engine.dispose()


def test_to_begin_takes_a_code_that_was_shown_a_moment_ago(
    at_work: AtWork, hire: Hire, looked_at: UUID, books_of_portal: Session, secrets_of_staff: dict[UUID, str]
) -> None:
    member = hire(StaffRole.SUPPORT)
    robin, path = at_work(member), f"/admin/accounts/{looked_at}/look"
    assert "Code of your authenticator" not in robin.open(path).text
    books_of_portal.execute(
        text(
            "UPDATE staff_sessions SET proven_at = proven_at - interval '5 minutes',"
            " started_at = started_at - interval '5 minutes' WHERE staff_id = :id"
        ),
        {"id": member.id},
    )
    books_of_portal.execute(text("UPDATE staff_second_factors SET last_step = 0"))
    assert "Code of your authenticator" in robin.open(path).text
    refused = robin.send(path, {"reason": "Ticket 7"})
    assert (refused.status_code, 'href="#code"' in refused.text, "Ticket 7" in refused.text) == (422, True, True)
    before = robin.http.cookies[COOKIE]
    begun = robin.send(path, {"reason": "Ticket 7", "code": code_of(secrets_of_staff[member.id])})
    assert begun.status_code == 303
    assert robin.http.cookies[COOKIE] != before, "whoever has copied the one before is out"
    assert "Ticket 7" in robin.open("/account/billing").text


def test_it_ends_after_half_an_hour_or_by_its_button_and_is_in_the_audit(
    at_work: AtWork, hire: Hire, looked_at: UUID, new_customer: NewCustomer, books_of_portal: Session
) -> None:
    robin, kim = at_work(hire(StaffRole.SUPPORT)), at_work(hire(StaffRole.SUPPORT))
    assert robin.open("/account/billing").status_code == 404
    _look(robin, looked_at)
    assert robin.open("/account/team").status_code == 200
    assert kim.open("/account/billing").status_code == 404, "each looks for themselves"
    lives = text("SELECT max(ends_at - started_at) FROM account_looks WHERE account_id = :id")
    assert books_of_portal.scalar(lives, {"id": looked_at}).total_seconds() == 30 * 60
    books_of_portal.execute(
        text(
            "UPDATE account_looks SET started_at = now() - interval '31 minutes', ends_at = now()"
            " WHERE account_id = :id"
        ),
        {"id": looked_at},
    )
    assert robin.open("/account/billing").status_code == 404
    other = new_customer("Others Ltd")
    _look(robin, looked_at)
    _look(robin, other)
    assert "Others Ltd" in robin.open("/account/billing").text, "one at a time"
    ended = robin.send("/admin/look/end")
    assert ended.headers["location"] == f"/admin/accounts/{other}"
    assert robin.open("/account/billing").status_code == 404
    noted = text(
        "SELECT action, said ->> 'path' AS path FROM audit_entries WHERE account_id = :id ORDER BY created_at, id"
    )
    entries = [tuple(row) for row in books_of_portal.execute(noted, {"id": looked_at}) if row.action != "open_account"]
    begun, opened = ("look_as_customer", None), ("read", "/account/team")
    assert entries == [begun, opened, begun], "each page that was opened"


def test_the_accounts_people_see_who_looked_and_why_and_nobody_elses(
    at_work: AtWork, hire: Hire, looked_at: UUID, new_customer: NewCustomer, signed_in: Callable[..., Browser]
) -> None:
    other, robin = new_customer("Others Ltd"), at_work(hire(StaffRole.SUPPORT))
    _look(robin, looked_at)
    page = signed_in(looked_at).open("/account/sessions").text
    assert "When we looked" in page
    assert "Ticket 12: &lt;b&gt;cannot find&lt;/b&gt; the invoice" in page
    assert "When we looked" not in signed_in(other).open("/account/sessions").text


def test_whoever_answers_no_customers_does_not_look_and_a_reason_is_needed(
    at_work: AtWork, hire: Hire, looked_at: UUID, books_of_portal: Session
) -> None:
    path = f"/admin/accounts/{looked_at}/look"
    for role in (StaffRole.FINANCE, StaffRole.APPROVER, StaffRole.OPERATOR):
        browser = at_work(hire(role))
        assert browser.open(path).status_code == 403
        assert browser.send(path, {"reason": WHY}).status_code == 403
        assert path not in browser.open(f"/admin/accounts/{looked_at}").text
    robin = at_work(hire(StaffRole.SUPPORT))
    for wrong in ("", "  ", "x" * (REASON_LENGTH_MAX + 1), "a\0b"):
        refused = robin.send(path, {"reason": wrong})
        assert (refused.status_code, 'href="#reason"' in refused.text) == (422, True), wrong
    assert robin.open(f"/admin/accounts/{uuid4()}/look").status_code == 404
    assert robin.send(f"/admin/accounts/{uuid4()}/look", {"reason": WHY}).status_code == 404
    for headers in ({}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
        assert robin.send(path, {"reason": WHY}, headers).status_code == 403
    looks = text("SELECT count(*) FROM account_looks WHERE account_id = :id")
    assert books_of_portal.scalar(looks, {"id": looked_at}) == 0
