"""What is queued, done and parked, through the API: for operators alone, and nobody's name is in it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import func, update
from sqlalchemy.orm import Session

from billing.accounts.tables import GatewayCustomer
from database.ids import uuid7
from database.inbox import InboxEvent, remember
from database.memory import WorkState, discarded_as
from database.operations import Operation, stage_command
from database.outbox import OutboxEntry, stage
from schemas.permissions import StaffRole
from tests.ingress.things import plant

OPERATIONS, INBOX, OUTBOX = "/v1/admin/operations/", "/v1/admin/inbox/", "/v1/admin/outbox/"
ERROR = 'Traceback:\n  File "calls/x.py", line 7\nValueError: for jo@example.com'
GAVE_UP = {"state": WorkState.PARKED, "attempts": 8, "finished_at": func.now(), "error": ERROR}
BODY = '{"id": "evt_7", "data": {"object": {"customer": "cus_7", "email": "jo@example.com", "amount": 9900}}}'


def _told(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    data: list[dict[str, Any]] = answer.json()["data"]
    return data


@pytest.fixture
def given_commands(owner_session: Session, acme_id: UUID) -> dict[str, UUID]:
    """Commands of several callers, about Acme, about a card that is nobody's, and about nothing."""
    account = {"account_id": str(acme_id)}
    ids = {
        "export": stage_command(owner_session, "export_account", account, "staff/mo"),
        "renamed": stage_command(owner_session, "update_account", {**account, "name": "Jo Smith"}, "user/7"),
        "other": stage_command(owner_session, "open_account", {"name": "Other"}, "app/shop"),
        "used": stage_command(owner_session, "consume_credits", {**account, "amount": 5}, "app/shop"),
    }
    states: dict[str, dict[str, Any]] = {
        "export": {"state": WorkState.DONE, "finished_at": func.now(), "result": {"email": "jo@example.com", "n": 1}},
        "renamed": {**GAVE_UP, "problem": {"status": 500, "detail": "for jo@example.com"}},
        "other": {"state": WorkState.REJECTED, "finished_at": func.now()},
    }
    for name, values in states.items():
        owner_session.execute(update(Operation).where(Operation.id == ids[name]).values(values))
    for days, name in enumerate(ids):
        made = datetime(2026, 3, 1 + days, tzinfo=UTC)
        owner_session.execute(update(Operation).where(Operation.id == ids[name]).values(created_at=made))
    owner_session.commit()
    return ids


def test_everybodys_commands_are_found_by_what_how_whose_and_when(
    door: httpx.Client, new_key: Any, given_commands: dict[str, UUID], acme_id: UUID
) -> None:
    reader = new_key("admin:read")
    names = {str(row_id): name for name, row_id in given_commands.items()}
    for wanted, expected in (
        ({}, ["other", "renamed", "export"]),
        ({"kind": "consume_credits"}, ["used"]),
        ({"status": "parked"}, ["renamed"]),
        ({"status": "failed"}, ["other"]),
        ({"status": "succeeded"}, ["export"]),
        ({"status": "queued", "kind": "consume_credits"}, ["used"]),
        ({"status": "running", "kind": "consume_credits"}, []),
        ({"account_id": str(acme_id)}, ["renamed", "export"]),
        ({"account_id": str(uuid4())}, []),
        ({"caller": "user/7"}, ["renamed"]),
        ({"created_from": "2026-03-02", "created_until": "2026-03-03"}, ["renamed"]),
        ({"sort": "created"}, ["export", "renamed", "other"]),
    ):  # fmt: skip
        rows = _told(door.get(OPERATIONS, params=wanted, headers=reader))
        assert [names[row["id"]] for row in rows] == expected, wanted
    page = door.get(OPERATIONS, params={"limit": 2}, headers=reader).json()
    rest = _told(door.get(OPERATIONS, params={"limit": 2, "cursor": page["next_cursor"]}, headers=reader))
    assert [names[row["id"]] for row in rest] == ["export"]


def test_one_is_shown_whole_and_without_anybodys_name(
    door: httpx.Client, new_key: Any, given_commands: dict[str, UUID], acme_id: UUID
) -> None:
    reader = new_key("admin:read")
    shown = door.get(f"{OPERATIONS}{given_commands['renamed']}/", headers=reader)
    one = shown.json()
    assert one["body"] == {"account_id": str(acme_id), "name": "***"}
    assert (one["caller"], one["account_id"], one["status"]) == ("user/7", str(acme_id), "parked")
    assert one["error"].endswith("ValueError: for j***@example.com")
    assert "calls/x.py" in one["error"]
    assert "jo@example.com" not in shown.text
    assert door.get(f"{OPERATIONS}{given_commands['export']}/", headers=reader).json()["result"] == {
        "email": "***",
        "n": 1,
    }
    missing = door.get(f"{OPERATIONS}{uuid4()}/", headers=reader)
    assert (missing.status_code, missing.json()["type"]) == (404, "urn:cashbeat:problem:operation_not_found")


def test_a_command_about_something_of_an_account_is_found_by_the_account(
    door: httpx.Client, new_key: Any, owner_session: Session, acme_id: UUID
) -> None:
    things = plant(owner_session, acme_id)
    wanted = {
        field: str(stage_command(owner_session, "a_kind", {field: things[field]}, "app/shop"))
        for field in (
            "subscription_id",
            "invoice_id",
            "payment_id",
            "claim_id",
            "card_id",
            "member_id",
            "invitation_id",
        )
    }
    stage_command(owner_session, "a_kind", {"invoice_id": "no id"}, "app/shop")
    owner_session.commit()
    rows = _told(door.get(OPERATIONS, params={"account_id": str(acme_id)}, headers=new_key("admin:read")))
    assert {row["id"] for row in rows} == set(wanted.values())
    assert {row["account_id"] for row in rows} == {str(acme_id)}


@pytest.fixture
def heard(owner_session: Session, acme_id: UUID) -> dict[str, UUID]:
    """Three events: one parked, one refused, one discarded; and one that waits."""
    owner_session.add(GatewayCustomer(gateway="stripe", customer_ref="cus_7", account_id=acme_id))
    names = ("parked", "refused", "discarded", "waits")
    rows = [(f"evt_{name}", "charge.refunded", BODY) for name in names]
    ids = {name: remember(owner_session, "stripe", [row])[0] for name, row in zip(names, rows, strict=True)}
    for name, values in (
        ("parked", GAVE_UP),
        ("refused", {**GAVE_UP, "state": WorkState.REJECTED}),
        ("discarded", {**GAVE_UP, **discarded_as("jo", "seen in the dashboard")}),
    ):
        owner_session.execute(update(InboxEvent).where(InboxEvent.id == ids[name]).values(values))
    owner_session.commit()
    return ids


def test_what_gateways_told_is_found_by_how_it_stands(
    door: httpx.Client, new_key: Any, heard: dict[str, UUID], acme_id: UUID
) -> None:
    reader = new_key("admin:read")
    names = {str(row_id): name for name, row_id in heard.items()}
    for wanted, expected in (
        ({}, {"parked", "refused", "discarded", "waits"}),
        ({"status": "parked"}, {"parked", "refused"}),
        ({"status": "waiting"}, {"waits"}),
        ({"status": "discarded"}, {"discarded"}),
        ({"status": "done"}, set()),
        ({"event_id": "evt_waits"}, {"waits"}),
        ({"gateway": "paypal"}, set()),
        ({"event_type": "charge.refunded"}, {"parked", "refused", "discarded", "waits"}),
        ({"created_until": "2026-01-01"}, set()),
    ):
        rows = _told(door.get(INBOX, params=wanted, headers=reader))
        assert {names[row["id"]] for row in rows} == expected, wanted
        assert {row["body"] for row in rows} <= {None}
    shown = door.get(f"{INBOX}{heard['discarded']}/", headers=reader).json()
    assert shown["discarded"] == {"discarded_by": "jo", "discarded_because": "seen in the dashboard"}
    assert shown["account_id"] == str(acme_id)
    assert shown["body"]["data"]["object"] == {"customer": "cus_7", "email": "***", "amount": 9900}
    waits = door.get(f"{INBOX}{heard['waits']}/", headers=reader).json()
    assert (waits["discarded"], waits["error"]) == (None, "")
    due = datetime.fromisoformat(waits["next_attempt_at"])
    assert due - datetime.fromisoformat(waits["created_at"]) < timedelta(minutes=1)
    assert door.get(f"{INBOX}{uuid4()}/", headers=reader).status_code == 404


def test_what_must_follow_is_found_by_topic_and_says_whose_it_is(
    door: httpx.Client, new_key: Any, owner_session: Session, acme_id: UUID
) -> None:
    reader = new_key("admin:read")
    stage(owner_session, "low_credits", acme_id, "low_credits/7")
    stage(owner_session, "invoice_pdf", uuid7(), "invoice_pdf/8")
    refused = update(OutboxEntry).where(OutboxEntry.topic == "low_credits")
    owner_session.execute(refused.values({**GAVE_UP, "state": WorkState.REJECTED}))
    owner_session.commit()
    (mail,) = _told(door.get(OUTBOX, params={"status": "parked"}, headers=reader))
    assert (mail["topic"], mail["account_id"], mail["cause"]) == ("low_credits", str(acme_id), "low_credits/7")
    assert mail["error"] == "ValueError: for j***@example.com"
    (paper,) = _told(door.get(OUTBOX, params={"topic": "invoice_pdf"}, headers=reader))
    assert (paper["status"], paper["account_id"]) == ("waiting", None)
    assert door.get(f"{OUTBOX}{mail['id']}/", headers=reader).json()["error"].startswith("Traceback")
    assert door.get(f"{OUTBOX}{uuid4()}/", headers=reader).status_code == 404


def test_others_commands_are_shown_to_operators_and_to_nobody_else(
    door: httpx.Client, new_key: Any, new_member: Any, given_commands: dict[str, UUID]
) -> None:
    for role, status in (
        (StaffRole.SUPPORT, 200), (StaffRole.OPERATOR, 200), (StaffRole.FINANCE, 403), (StaffRole.APPROVER, 403),
    ):  # fmt: skip
        assert door.get(OPERATIONS, headers=new_member(role)).status_code == status, role
    support = new_member(StaffRole.SUPPORT)
    assert len(_told(door.get(OPERATIONS, headers=support))) == 3
    assert door.post(f"{OPERATIONS}{given_commands['renamed']}/replay/", json={}, headers=support).status_code == 403
    biller = new_key("billing:read", "operations:read")
    for path in (OPERATIONS, INBOX, OUTBOX):
        assert door.get(path, headers=biller).status_code == 403
    # who may see everybody's here still asks for their own alone there
    assert door.get(f"/v1/operations/{given_commands['renamed']}", headers=new_key()).status_code == 404
