"""What was done, through the API: for the company's own people alone."""

from collections.abc import Sequence
from typing import Any

import httpx
import pytest
from sqlalchemy.orm import Session

from database.audit.chain import chain
from database.audit.tables import ActorKind
from database.audit.write import Actor, Deed, write_down
from database.ids import uuid7

AUDIT = "/v1/admin/audit/"
ACME, OTHER = uuid7(), uuid7()


@pytest.fixture
def done(owner_session: Session) -> None:
    """Mo gave Acme credits for a reason, and Jo refunded somebody else; the first is chained."""
    mo, jo = Actor(ActorKind.STAFF, "staff/mo", "Mo", "finance"), Actor(ActorKind.KEY, str(uuid7()), "Jo")
    write_down(owner_session, [Deed(mo, "adjust_credits", ACME, said={"amount": 5, "reason": "an outage"})])
    owner_session.commit()
    chain(owner_session)
    owner_session.commit()
    write_down(owner_session, [Deed(jo, "refund_payment", OTHER, after={"refunds/1": {"amount_minor": 7}})])
    owner_session.commit()


def _actions(answer: httpx.Response) -> Sequence[str]:
    assert answer.status_code == 200, answer.text
    return [entry["action"] for entry in answer.json()["data"]]


@pytest.mark.usefixtures("done")
def test_it_is_listed_by_who_what_whose_and_when(door: httpx.Client, new_key: Any) -> None:
    reader = new_key("admin:read")
    for wanted, expected in (
        ({}, ["refund_payment", "adjust_credits"]),
        ({"who": "staff/mo"}, ["adjust_credits"]),
        ({"kind": "key"}, ["refund_payment"]),
        ({"account_id": str(ACME)}, ["adjust_credits"]),
        ({"action": "refund_payment"}, ["refund_payment"]),
        ({"operation_id": str(ACME)}, []),
        ({"until": "2020-01-01T00:00:00Z"}, []),
        ({"since": "2020-01-01T00:00:00Z"}, ["refund_payment", "adjust_credits"]),
    ):  # fmt: skip
        assert _actions(door.get(AUDIT, params=wanted, headers=reader)) == expected, wanted
    page = door.get(AUDIT, params={"limit": 1}, headers=reader).json()
    rest = door.get(AUDIT, params={"cursor": page["next_cursor"]}, headers=reader)
    assert _actions(rest) == ["adjust_credits"]


@pytest.mark.usefixtures("done")
def test_one_has_its_reason_its_place_and_its_changes(door: httpx.Client, new_key: Any) -> None:
    reader = new_key("admin:read")
    newest, first = door.get(AUDIT, headers=reader).json()["data"]
    shown = door.get(f"{AUDIT}{first['id']}/", headers=reader).json()
    assert shown == first
    assert (shown["reason"], shown["actor"]["name"], shown["seq"]) == ("an outage", "Mo", 1)
    assert (newest["seq"], newest["after"]) == (None, {"refunds/1": {"amount_minor": 7}})
    assert door.get(f"{AUDIT}head/", headers=reader).json() == {"seq": 1, "hash": shown["hash"]}
    missing = door.get(f"{AUDIT}{ACME}/", headers=reader)
    assert (missing.status_code, missing.json()["title"]) == (404, "audit entry not found")


@pytest.mark.usefixtures("done")
def test_whoever_bills_does_not_see_who_did_what(door: httpx.Client, new_key: Any) -> None:
    for path in (AUDIT, f"{AUDIT}head/", f"{AUDIT}{ACME}/"):
        assert door.get(path, headers=new_key("billing:read")).status_code == 403


def test_filters_of_the_audit_that_make_no_sense_are_refused(door: httpx.Client, new_key: Any) -> None:
    for wanted in ({"kind": "robot"}, {"since": "yesterday"}, {"color": "red"}, {"who": "x" * 201}):
        assert door.get(AUDIT, params=wanted, headers=new_key("admin:read")).status_code == 422, wanted
