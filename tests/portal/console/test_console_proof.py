"""What is dangerous takes a code of the authenticator, unless one was shown a moment ago."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from billing.approvals.rules import LIMITS
from portal.console.every import DEEDS
from portal.console.fresh import DANGEROUS
from schemas.permissions import StaffRole
from tests.billing.subscribers import Books
from tests.portal.console.conftest import COOKIE, AtWork, Hire, code_of
from tests.portal.console.console_forms import fields_of
from tests.portal.running_portal import Browser

NewCustomer = Callable[..., UUID]
ASKS = "Code of your authenticator"
# of what needs a second person, this gives nothing away and lets nobody in
ONE_PROOF_IS_ENOUGH = {"write_off_invoice", "void_invoice", "adjust_credits", "set_credit_overdraft_max"}


@pytest.fixture
def path_to_refund(subscribers: Books, new_customer: NewCustomer, books_of_portal: Session) -> str:
    """The page on which a payment of $99 is given back."""
    account_id, began = new_customer(), datetime.now(UTC).replace(microsecond=0) - timedelta(days=3)
    subscribers.give_card(account_id, began)
    subscribers.subscribe(account_id, began)
    subscribers.answer(began)
    came = text("SELECT id FROM receipts WHERE account_id = :id")
    return f"/admin/payments/received/{books_of_portal.scalar(came, {'id': account_id})}/refund"


@pytest.fixture
def out_of_date(at_work: AtWork, hire: Hire, books_of_portal: Session) -> Callable[[], tuple[Browser, UUID]]:
    """Somebody of finance who has shown a code five minutes ago, and their id."""

    def make() -> tuple[Browser, UUID]:
        member = hire(StaffRole.FINANCE)
        robin = at_work(member)
        books_of_portal.execute(
            text(
                "UPDATE staff_sessions SET proven_at = proven_at - interval '5 minutes',"
                " started_at = started_at - interval '5 minutes' WHERE staff_id = :id"
            ),
            {"id": member.id},
        )
        # codes are taken once, and tests have no time to wait for the next one
        books_of_portal.execute(text("UPDATE staff_second_factors SET last_step = 0"))
        return robin, member.id

    return make


def _said(books: Session, staff_id: UUID) -> int:
    counted = books.scalar(text("SELECT count(*) FROM operations WHERE caller = :id"), {"id": f"staff/{staff_id}"})
    return int(counted or 0)


def test_a_refund_takes_a_code_once_and_the_cookie_is_changed(
    path_to_refund: str,
    out_of_date: Callable[[], tuple[Browser, UUID]],
    secrets_of_staff: dict[UUID, str],
    books_of_portal: Session,
    doorstep: Callable[..., Browser],
) -> None:
    robin, staff_id = out_of_date()
    page = robin.open(path_to_refund)
    assert ASKS in page.text
    form = {
        **fields_of(page),
        "amount_minor": "99.00",
        "reason": "duplicate",
        "used_credits": "reduce",
        "note": "Paid & paid",
    }
    for code, told in (("", "Type the six digits"), ("000000x", "You may try 4 more")):
        refused = robin.send(path_to_refund, {**form, "code": code})
        assert (refused.status_code, told in refused.text) == (422, True), code
        assert 'value="Paid &amp; paid"' in refused.text, "nothing typed is lost"
    assert _said(books_of_portal, staff_id) == 0
    before, code = robin.http.cookies[COOKIE], code_of(secrets_of_staff[staff_id])
    said = robin.send(path_to_refund, {**form, "code": f"{code[:3]} {code[3:]}"})
    assert said.headers["location"].startswith("/operations/")
    assert robin.http.cookies[COOKIE] != before
    thief = doorstep()
    thief.http.cookies.set(COOKIE, before, domain="127.0.0.1")
    assert thief.open("/admin/payments").status_code == 401, "whoever has copied the one before is out"
    again = robin.send(path_to_refund, {**form, "code": code})
    assert again.headers["location"] == said.headers["location"], "pressed twice it is one"
    assert _said(books_of_portal, staff_id) == 1
    stored = text("SELECT body::text FROM operations WHERE caller = :id")
    assert code not in str(books_of_portal.scalar(stored, {"id": f"staff/{staff_id}"}))
    assert ASKS not in robin.open(path_to_refund).text, "it was shown a moment ago"


def test_whatever_comes_of_the_form_a_copy_of_the_cookie_is_never_fresh(
    path_to_refund: str,
    out_of_date: Callable[[], tuple[Browser, UUID]],
    secrets_of_staff: dict[UUID, str],
    doorstep: Callable[..., Browser],
) -> None:
    robin, staff_id = out_of_date()
    form = {**fields_of(robin.open(path_to_refund)), "amount_minor": "99.00", "reason": "duplicate"}
    form = {**form, "used_credits": "reduce", "code": code_of(secrets_of_staff[staff_id])}
    before = robin.http.cookies[COOKIE]
    refused = robin.send(path_to_refund, {**form, "operation_key": "none"})
    assert refused.status_code == 400, "after the code was taken"
    thief = doorstep()
    thief.http.cookies.set(COOKIE, before, domain="127.0.0.1")
    assert thief.open(path_to_refund).status_code == 401
    assert robin.http.cookies[COOKIE] != before
    assert ASKS not in robin.open(path_to_refund).text, "and who has shown it stays in"


def test_each_code_is_taken_once_and_after_five_wrong_ones_the_session_is_over(
    path_to_refund: str,
    out_of_date: Callable[[], tuple[Browser, UUID]],
    secrets_of_staff: dict[UUID, str],
    books_of_portal: Session,
) -> None:
    robin, staff_id = out_of_date()
    form = {
        **fields_of(robin.open(path_to_refund)),
        "amount_minor": "99.00",
        "reason": "duplicate",
        "used_credits": "reduce",
    }
    used = code_of(secrets_of_staff[staff_id])
    step = int(datetime.now(UTC).timestamp()) // 30 + 1
    books_of_portal.execute(
        text("UPDATE staff_second_factors SET last_step = :step WHERE staff_id = :id"), {"step": step, "id": staff_id}
    )
    for left in (4, 3, 2, 1):
        assert f"You may try {left} more" in robin.send(path_to_refund, {**form, "code": used}).text
    over = robin.send(path_to_refund, {**form, "code": used})
    assert (over.status_code, "Too many codes" in over.text) == (401, True)
    robin.send(path_to_refund, {**form, "code": used})
    assert robin.open("/admin/payments").status_code == 401
    assert _said(books_of_portal, staff_id) == 0


def test_what_is_not_dangerous_takes_none(
    new_customer: NewCustomer, out_of_date: Callable[[], tuple[Browser, UUID]]
) -> None:
    robin, _ = out_of_date()
    form = f"/admin/accounts/{new_customer()}/credits"
    page = robin.open(form)
    assert ASKS not in page.text
    given = {"direction": "grant", "amount": "5", "reason": "An outage"}
    assert robin.send(form, {**fields_of(page), **given}).status_code == 303


def test_what_needs_a_second_person_takes_a_fresh_code_or_says_why_not() -> None:
    assert set(LIMITS) == {each.kind for each in DANGEROUS if each.kind in LIMITS} | ONE_PROOF_IS_ENOUGH
    taking = {re.sub(r".*/", "", deed.path) for deed in DEEDS if deed.command in DANGEROUS}
    assert {"refund", "approve", "role", "end", "revoke", "enable", "disable"} <= taking
