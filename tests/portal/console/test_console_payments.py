"""Payments in the console: claims are approved and rejected by people, money goes back, as much as is said."""

from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from calls.run_command import run_command
from database.operations import stage_command
from schemas.permissions import StaffRole
from tests.billing.subscribers import Books
from tests.portal.console.conftest import AtWork, Hire
from tests.portal.console.console_forms import do, fields_of, outcome
from workers.wiring import Work

PAYMENTS = "/admin/payments"
NewCustomer = Callable[..., UUID]
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 32


@pytest.fixture
def say(books_of_portal: Session, hands_of_portal: Work) -> Callable[..., UUID]:
    """What a customer says, carried out."""

    def said(kind: str, **body: Any) -> UUID:
        operation_id = stage_command(books_of_portal, kind, body, "app/shop")
        run_command(hands_of_portal, operation_id)
        return operation_id

    return said


@pytest.fixture
def claim(subscribers: Books, new_customer: NewCustomer, say: Callable[..., UUID]) -> UUID:
    """A claim with a proof, for an invoice of $99 that was paid today."""
    account_id = new_customer()
    subscribers.subscribe(account_id, datetime.now(UTC).replace(microsecond=0), pay_by="transfer")
    (invoice,) = subscribers.invoices(account_id)
    today = datetime.now(UTC).date().isoformat()
    claim_id = say(
        "submit_payment_claim", invoice_id=str(invoice.id), method="bank_transfer", amount_minor=9_900, currency="USD",
        paid_on=today, reference="",
    )  # fmt: skip
    say("attach_payment_proof", claim_id=str(claim_id), content=b64encode(PNG).decode())
    return claim_id


def _limit(books: Session, kind: str) -> None:
    """Two people from the first cent on."""
    books.execute(
        text(
            "INSERT INTO second_person_limits (kind, unit, limit_amount) VALUES (:kind, '*', 0)"
            " ON CONFLICT (kind, unit) DO UPDATE SET limit_amount = 0"
        ),
        {"kind": kind},
    )


def test_a_claim_is_listed_shown_with_its_proof_and_approved(
    at_work: AtWork, hire: Hire, claim: UUID, hands_of_portal: Work
) -> None:
    robin = at_work(hire(StaffRole.FINANCE))
    assert f"{PAYMENTS}/claims/{claim}" in robin.open(f"{PAYMENTS}?status=submitted").text
    page = robin.open(f"{PAYMENTS}/claims/{claim}").text
    for told in ("$99.00", "submitted", "INV-", "/approve", "/reject", "Save the file"):
        assert told in page, told
    proof = robin.open(f"{PAYMENTS}/claims/{claim}/proof")
    assert (proof.status_code, proof.content) == (200, PNG)
    assert "attachment" in proof.headers["content-disposition"]
    done = do(robin, f"{PAYMENTS}/claims/{claim}/approve", hands_of_portal)
    assert "This is done" in outcome(robin, done)
    page = robin.open(f"{PAYMENTS}/claims/{claim}").text
    assert "money that came" in page
    assert "/approve" not in page
    assert "It is decided already" in robin.open(f"{PAYMENTS}/claims/{claim}/approve").text


def test_a_claim_that_changed_since_it_was_looked_at_is_not_approved(
    at_work: AtWork, hire: Hire, claim: UUID, hands_of_portal: Work, say: Callable[..., UUID]
) -> None:
    robin = at_work(hire(StaffRole.FINANCE))
    path = f"{PAYMENTS}/claims/{claim}/approve"
    fields = fields_of(robin.open(path))
    say("withdraw_payment_claim", claim_id=str(claim))
    said = robin.send(path, fields).headers["location"]
    run_command(hands_of_portal, UUID(said.rpartition("/")[2]))
    assert "nothing was changed by it" in robin.open(said).text


def test_a_claim_is_rejected_for_a_reason(at_work: AtWork, hire: Hire, claim: UUID, hands_of_portal: Work) -> None:
    robin, path = at_work(hire(StaffRole.APPROVER)), f"{PAYMENTS}/claims/{claim}/reject"
    empty = robin.send(path, {**fields_of(robin.open(path)), "reason": " "})
    assert (empty.status_code, 'href="#reason"' in empty.text) == (422, True)
    assert "This is done" in outcome(robin, do(robin, path, hands_of_portal, reason="Nothing came"))
    assert "Nothing came" in robin.open(f"{PAYMENTS}/claims/{claim}").text


def test_a_refund_says_how_much_in_the_currencys_own_decimals(
    at_work: AtWork, hire: Hire, paid_receipt: UUID, books_of_portal: Session
) -> None:
    robin, path = at_work(hire(StaffRole.FINANCE)), f"{PAYMENTS}/received/{paid_receipt}/refund"
    form = robin.open(path)
    assert "Can go back now" in form.text
    assert "it was paid twice" in form.text
    assert "$99.00" in form.text
    fields = {**fields_of(form), "reason": "duplicate", "used_credits": "reduce"}
    assert 'name="amount_minor" type="text" inputmode="decimal" value="99.00"' in form.text
    for wrong in ("1.234", "-1", "1,50", "all", "1e3", "0", ""):
        refused = robin.send(path, {**fields, "amount_minor": wrong})
        assert (refused.status_code, f'value="{wrong}"' in refused.text) == (422, True), wrong
    for typed, minor in (("12.50", 1_250), ("12", 1_200), ("99.00", 9_900)):
        said = robin.send(path, {**fields, "operation_key": str(uuid4()), "amount_minor": typed})
        stored = text("SELECT body -> 'amount_minor' FROM operations WHERE id = :id")
        body = books_of_portal.execute(stored, {"id": said.headers["location"].rpartition("/")[2]}).scalar_one()
        assert body == minor, typed


def test_a_refund_above_the_limit_waits_and_its_exact_effect_is_shown_to_another(
    at_work: AtWork, hire: Hire, paid_receipt: UUID, books_of_portal: Session, hands_of_portal: Work
) -> None:
    _limit(books_of_portal, "refund_payment")
    robin, kim = at_work(hire(StaffRole.FINANCE)), at_work(hire(StaffRole.APPROVER))
    path = f"{PAYMENTS}/received/{paid_receipt}/refund"
    why = {"reason": "product_unsatisfactory", "used_credits": "forgive", "note": "It broke <b>twice</b>"}
    wanted = do(robin, path, hands_of_portal, amount_minor="9.90", **why)
    assert "waits for a second person" in outcome(robin, wanted)
    approval = f"/admin/approvals/{wanted}"
    page = kim.open(approval).text
    said = ("product_unsatisfactory", "forgive", "It broke &lt;b&gt;twice&lt;/b&gt;")
    for told in ("$9.90", "<dt>amount</dt>", "credit notes", "Robin", *said):
        assert told in page, told
    assert "Nothing of it went back" in kim.open(f"{PAYMENTS}/received/{paid_receipt}").text
    assert "This is done" in outcome(kim, do(kim, f"{approval}/approve", hands_of_portal))
    run_command(hands_of_portal, wanted)
    assert "This is done" in outcome(robin, wanted)
    assert "$9.90" in kim.open(f"{PAYMENTS}/received/{paid_receipt}").text
    assert f"{PAYMENTS}/refunds/" in kim.open(f"{PAYMENTS}/refunds?payment_id={paid_receipt}").text
    assert "$89.10" in robin.open(path).text, "what can still go back"


def test_money_that_came_and_what_was_asked_for_are_searched(at_work: AtWork, hire: Hire, paid_receipt: UUID) -> None:
    robin = at_work(hire(StaffRole.SUPPORT))
    assert f"{PAYMENTS}/received/{paid_receipt}" in robin.open(f"{PAYMENTS}/received?source=capture").text
    assert f"{PAYMENTS}/received/{paid_receipt}" not in robin.open(f"{PAYMENTS}/received?source=refund").text
    asked = robin.open(f"{PAYMENTS}/at-gateways?status=captured")
    attempt = asked.text.partition(f'href="{PAYMENTS}/at-gateways/')[2].partition('"')[0]
    assert "captured" in robin.open(f"{PAYMENTS}/at-gateways/{attempt}").text
    for wrong in ("received?source=mine", "at-gateways?currency=usd", "refunds?status=mine"):
        assert robin.open(f"{PAYMENTS}/{wrong}").status_code == 422, wrong
