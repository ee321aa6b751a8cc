"""A file that a stranger sent is handed out to be saved; no browser is to show it or to run what it says."""

from uuid import UUID

import httpx
import pytest
from sqlalchemy.orm import Session

from billing.invoices.tables import Invoice, InvoiceStatus
from billing.manual_payments.attach_proof import attach_proof
from billing.manual_payments.submit import Claimed, submit_claim
from billing.money import Money
from billing.payment_methods.tables import ManualMethod
from database.ids import uuid7
from tests.billing.payers import NOON, TODAY
from tests.ingress.conftest import Rows

HOSTILE = b"%PDF-<html><script>alert(1)</script>"


@pytest.fixture
def unproven(owner_session: Session, acme_id: UUID) -> UUID:
    invoice = Invoice(
        id=uuid7(), account_id=acme_id, cause="an order", number="INV-2026-11-00001", status=InvoiceStatus.PENDING,
        currency="USD", subtotal_minor=2_999, tax_minor=0, total_minor=2_999, issued_at=NOON, due_at=NOON,
    )  # fmt: skip
    owner_session.add(invoice)
    owner_session.flush()
    claimed = Claimed(invoice.id, ManualMethod.BANK_TRANSFER, Money(2_999, "USD"), TODAY, "product", "a claim")
    claim = submit_claim(owner_session, uuid7(), claimed, NOON)
    owner_session.commit()
    return claim.id


def test_it_is_saved_and_never_shown(
    door: httpx.Client, key: dict[str, str], owner_session: Session, unproven: UUID
) -> None:
    attach_proof(owner_session, unproven, HOSTILE)
    owner_session.commit()
    answer = door.get(f"/v1/billing/payment-claims/{unproven}/proof/", headers=key)
    assert (answer.content, answer.headers["content-type"]) == (HOSTILE, "application/pdf")
    assert answer.headers["content-disposition"] == f'attachment; filename="proof-{unproven}.pdf"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"


def test_without_a_proof_there_is_nothing_to_hand_out(door: httpx.Client, key: dict[str, str], unproven: UUID) -> None:
    answer = door.get(f"/v1/billing/payment-claims/{unproven}/proof/", headers=key)
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:cashbeat:problem:proof_not_found")


def test_who_may_not_read_gets_no_proof(door: httpx.Client, new_key: Rows, unproven: UUID) -> None:
    asked = door.get(f"/v1/billing/payment-claims/{unproven}/proof/", headers=new_key("operations:read"))
    assert asked.status_code == 403
