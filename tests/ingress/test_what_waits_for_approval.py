"""What waits for a second person, through the API."""

from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from billing.approvals.ask import ask_second_person
from billing.approvals.rules import Effect
from database.ids import uuid7
from database.memory import waits_for_approval
from database.operations import Operation
from tests.billing.conftest import NOON

APPROVALS = "/v1/admin/approvals/"
ACCOUNT = uuid7()
WISH = {"direction": "grant", "amount": 20_000, "reason": "an outage"}


@pytest.fixture
def stopped(door: httpx.Client, key: dict[str, str], owner_session: Session) -> UUID:
    """Somebody wants to give credits, and a worker has stopped that."""
    path = f"/v1/admin/accounts/{ACCOUNT}/credits/"
    said = door.post(path, json=WISH, headers={**key, "Idempotency-Key": "gift-1"})
    assert said.status_code == 202, said.text
    operation = owner_session.scalars(select(Operation)).one()
    effect = Effect(ACCOUNT, 20_000, "credits", {"amount": 20_000})
    ask_second_person(owner_session, operation, effect, "key/a test", NOON)
    owner_session.execute(update(Operation).values(waits_for_approval()))
    owner_session.commit()
    return operation.id


def test_whoever_waits_is_told_at_once_that_another_person_has_to_approve(
    door: httpx.Client, key: dict[str, str], stopped: UUID
) -> None:
    headers = {**key, "Idempotency-Key": "gift-1", "Prefer": "wait=5"}
    again = door.post(f"/v1/admin/accounts/{ACCOUNT}/credits/", json=WISH, headers=headers)
    assert (again.status_code, again.json()["status"]) == (202, "awaiting_approval")
    assert again.headers["Location"] == f"/v1/operations/{stopped}"
    assert "Preference-Applied" not in again.headers
    assert again.elapsed.total_seconds() < 4
    assert door.get(f"/v1/operations/{stopped}", headers=key).json()["status"] == "awaiting_approval"


def test_it_is_listed_shown_and_decided_about(door: httpx.Client, new_key: Any, stopped: UUID) -> None:
    decider = new_key("admin:read", "admin:write")
    for wanted, count in (
        ({}, 1),
        ({"status": "waiting"}, 1),
        ({"status": "done"}, 0),
        ({"account_id": str(uuid7())}, 0),
    ):
        listed = door.get(APPROVALS, params=wanted, headers=decider)
        assert len(listed.json()["data"]) == count, listed.text
    shown = door.get(f"{APPROVALS}{stopped}/", headers=decider).json()
    assert (shown["effect"], shown["asked_by"], shown["status"]) == ({"amount": 20_000}, "key/a test", "waiting")
    body = {"fingerprint": shown["fingerprint"]}
    assert door.post(f"{APPROVALS}{stopped}/approve/", json=body, headers=decider).status_code == 202
    assert door.post(f"{APPROVALS}{stopped}/reject/", json={"reason": "no"}, headers=decider).status_code == 202
    assert door.get(f"{APPROVALS}{uuid7()}/", headers=decider).status_code == 404


@pytest.mark.usefixtures("stopped")
def test_what_is_no_fingerprint_and_no_reason_is_refused_at_the_door(door: httpx.Client, new_key: Any) -> None:
    decider = new_key("admin:write")
    for path, body in (("approve/", {"fingerprint": "x"}), ("approve/", {}), ("reject/", {"reason": ""})):
        assert door.post(f"{APPROVALS}{uuid7()}/{path}", json=body, headers=decider).status_code == 422


@pytest.mark.usefixtures("stopped")
def test_whoever_bills_neither_sees_it_nor_decides(door: httpx.Client, new_key: Any) -> None:
    biller = new_key("billing:read", "billing:write", "credits:write")
    assert door.get(APPROVALS, headers=biller).status_code == 403
    assert door.post(f"/v1/admin/accounts/{ACCOUNT}/credits/", json=WISH, headers=biller).status_code == 403
    assert (
        door.post(f"{APPROVALS}{uuid7()}/approve/", json={"fingerprint": "0" * 64}, headers=biller).status_code == 403
    )
