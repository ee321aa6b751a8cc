"""Invoices that people make and take back, through the API: for finance, and in whole lines alone."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.invoices.tables import Invoice, InvoiceStatus
from database.ids import uuid7
from database.operations import Operation
from schemas.permissions import StaffRole

CREATE = "/v1/admin/invoices/create/"
LINE = {"description": "Workshop", "quantity": 2, "unit_minor": 45_000}


def _wish(account_id: UUID, *lines: Any, **more: Any) -> dict[str, Any]:
    return {"account_id": str(account_id), "currency": "USD", "lines": list(lines or (LINE,)), **more}


def test_finance_bills_and_takes_back_and_support_does_neither(
    door: httpx.Client, new_member: Any, acme_id: UUID, owner_session: Session
) -> None:
    finance, support = new_member(StaffRole.FINANCE), new_member(StaffRole.SUPPORT)
    void, reason = f"/v1/admin/invoices/{uuid4()}/void/", {"reason": "billed twice"}
    assert door.post(CREATE, json=_wish(acme_id), headers=support).status_code == 403
    assert door.post(void, json=reason, headers=support).status_code == 403
    assert door.post(CREATE, json=_wish(acme_id), headers=finance).status_code == 202
    assert door.post(void, json=reason, headers=finance).status_code == 202
    kinds = owner_session.scalars(select(Operation.kind).order_by(Operation.created_at)).all()
    assert kinds == ["create_invoice", "void_invoice"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"lines": []},
        {"lines": [LINE] * 101},
        {"lines": [{"description": "Both", "unit_minor": 1, "package": "value"}]},
        {"lines": [{"unit_minor": 1}]},
        {"lines": [{"description": "Nothing"}]},
        {"lines": [{**LINE, "unit_minor": 0}]},
        {"lines": [{**LINE, "quantity": 0}]},
        {"lines": [{**LINE, "color": "red"}]},
        {"currency": "XXX"},
        {"due_days": -1},
        {"due_days": 366},
        {"send": "yes"},
        {"method": "cash"},
    ],
)
def test_what_is_no_bill_is_refused_at_the_door(
    door: httpx.Client, key: dict[str, str], acme_id: UUID, wrong: dict[str, Any]
) -> None:
    refused = door.post(CREATE, json={**_wish(acme_id), **wrong}, headers=key)
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:cashbeat:problem:invalid"), wrong


def test_a_void_has_a_reason(door: httpx.Client, key: dict[str, str]) -> None:
    for body in ({}, {"reason": " "}):
        assert door.post(f"/v1/admin/invoices/{uuid4()}/void/", json=body, headers=key).status_code == 422


def test_all_of_them_are_under_the_root_of_administration_too(
    door: httpx.Client, new_key: Any, acme_id: UUID, owner_session: Session
) -> None:
    bill = Invoice(
        id=uuid7(), account_id=acme_id, cause="a test", status=InvoiceStatus.DRAFT, currency="USD",
        subtotal_minor=100, tax_minor=0, total_minor=100,
    )  # fmt: skip
    owner_session.add(bill)
    owner_session.commit()
    reader = new_key("billing:read")
    (listed,) = door.get("/v1/admin/invoices/", params={"status": "draft"}, headers=reader).json()["data"]
    shown = door.get(f"/v1/admin/invoices/{bill.id}/", headers=reader).json()
    assert listed["id"] == shown["id"] == str(bill.id)
    assert door.get("/v1/admin/payments/", headers=reader).json()["data"] == []
