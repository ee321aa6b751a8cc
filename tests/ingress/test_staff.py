"""The company's own people call the API with keys of their own, in a role, for every account."""

import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import CheckConstraint

from database.staff import StaffMember
from ingress.identity import CACHE_SECONDS
from schemas.permissions import StaffRole

Rows = Callable[..., list[tuple[Any, ...]]]
NewMember = Callable[..., dict[str, str]]
WATCH = "/v1/billing/credits/balance-watch/"


def test_the_roles_of_the_table_are_those_of_the_permissions() -> None:
    checks = [each for each in StaffMember.__table_args__ if isinstance(each, CheckConstraint)]
    assert set(StaffRole) == set(str(checks[0].sqltext).split("'")[1::2])


def test_all_keys_of_a_person_are_that_person(
    door: httpx.Client, new_member: NewMember, acme_id: UUID, rows: Rows
) -> None:
    first, second = (new_member(StaffRole.SUPPORT, "Robin") for _ in range(2))
    command = {"account_id": str(acme_id), "warn_below": 5}
    said = [door.post(WATCH, json=command, headers={**key, "Idempotency-Key": "1"}).json() for key in (first, second)]
    assert said[0]["id"] == said[1]["id"]
    assert door.get(f"/v1/operations/{said[0]['id']}/", headers=second).status_code == 200
    [(caller, member_id)] = rows("SELECT caller, (SELECT id FROM staff_members)::text FROM operations")
    assert caller == f"staff/{member_id}"


def test_another_person_does_not_see_what_one_has_said(
    door: httpx.Client, new_member: NewMember, acme_id: UUID
) -> None:
    robin, kim = new_member(StaffRole.SUPPORT, "Robin"), new_member(StaffRole.ADMIN, "Kim")
    said = door.post(WATCH, json={"account_id": str(acme_id), "warn_below": 5}, headers=robin)
    assert door.get(said.headers["location"], headers=kim).status_code == 404


def test_staff_look_at_every_account(door: httpx.Client, new_member: NewMember, acme_id: UUID) -> None:
    robin = new_member(StaffRole.SUPPORT, "Robin")
    assert door.get(f"/v1/accounts/{acme_id}/", headers=robin).json()["name"] == "Acme Corp"
    assert door.get("/v1/billing/invoices/", headers=robin).status_code == 200


def test_who_looks_after_it_sees_who_may_call_and_no_secret(
    door: httpx.Client, new_member: NewMember, new_key: NewMember
) -> None:
    server, robin = new_key("credits:read", name="shop"), new_member(StaffRole.OPERATOR, "Robin")
    keys = door.get("/v1/admin/api-keys/", headers=robin)
    shown = {each["name"]: each for each in keys.json()["data"]}
    assert (shown["shop"]["scopes"], shown["shop"]["account_ids"]) == (["credits:read"], None)
    (member,) = door.get("/v1/admin/staff/", headers=robin).json()["data"]
    assert (shown["Robin"]["staff_id"], member["role"]) == (member["id"], "operator")
    for header in (server, robin):
        assert header["Authorization"].removeprefix("Bearer ") not in keys.text


def test_another_role_and_the_end_count_within_seconds(door: httpx.Client, new_member: NewMember, rows: Rows) -> None:
    robin = new_member(StaffRole.SUPPORT, "Robin")
    assert door.get("/v1/admin/statement-lines/", headers=robin).status_code == 403
    rows("UPDATE staff_members SET role = 'finance'")
    time.sleep(CACHE_SECONDS + 0.5)
    assert door.get("/v1/admin/statement-lines/", headers=robin).status_code == 200
    rows("UPDATE staff_members SET ended_at = now()")
    time.sleep(CACHE_SECONDS + 0.5)
    assert door.get("/v1/admin/statement-lines/", headers=robin).status_code == 401
