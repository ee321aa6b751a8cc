"""What the company's own people read of customers is written down with the read; what others read is not."""

from collections.abc import Callable
from uuid import UUID

import httpx
from sqlalchemy.orm import Session

from database.audit.queries import Wanted, Whole, list_entries
from database.ids import uuid7
from schemas.permissions import StaffRole

NewMember = Callable[..., dict[str, str]]


def _entries(owner_session: Session) -> list[Whole]:
    entries, _ = list_entries(owner_session, Wanted(), None, 10)
    return entries


def test_who_of_the_staff_has_seen_whose_account_is_written_down(
    door: httpx.Client, new_member: NewMember, acme_id: UUID, owner_session: Session
) -> None:
    """Support may not look at the log, and adds to it all the same."""
    robin = new_member(StaffRole.SUPPORT, "Robin")
    assert door.get(f"/v1/accounts/{acme_id}/", headers=robin).status_code == 200
    (whole,) = _entries(owner_session)
    entry = whole.entry
    assert (entry.actor_kind, entry.actor_name, entry.actor_role) == ("staff", "Robin", "support")
    assert (entry.action, entry.account_id) == ("read", acme_id)
    assert whole.said == {"path": f"/v1/accounts/{acme_id}/"}
    assert door.get("/v1/admin/audit/", headers=robin).status_code == 403


def test_a_list_names_what_was_asked_for_and_its_words_lie_beside_the_log(
    door: httpx.Client, new_member: NewMember, acme_id: UUID, owner_session: Session
) -> None:
    robin = new_member(StaffRole.SUPPORT, "Robin")
    asked = {"account_id": str(acme_id), "number": "INV-ada"}
    assert door.get("/v1/billing/invoices/", params=asked, headers=robin).status_code == 200
    (whole,) = _entries(owner_session)
    assert whole.entry.account_id == acme_id
    assert whole.said == {"path": "/v1/billing/invoices/", **asked}


def test_servers_and_the_price_list_leave_nothing(
    door: httpx.Client, new_member: NewMember, key: dict[str, str], acme_id: UUID, owner_session: Session
) -> None:
    assert door.get(f"/v1/accounts/{acme_id}/", headers=key).status_code == 200
    assert door.get("/v1/billing/plans/", headers=new_member(StaffRole.SUPPORT)).status_code == 200
    assert _entries(owner_session) == []


def test_a_read_that_shows_nothing_leaves_nothing(
    door: httpx.Client, new_member: NewMember, owner_session: Session
) -> None:
    robin = new_member(StaffRole.SUPPORT, "Robin")
    assert door.get(f"/v1/accounts/{uuid7()}/", headers=robin).status_code == 404
    assert _entries(owner_session) == []


def test_whoever_watches_sees_who_looked_and_is_seen_too(
    door: httpx.Client, new_member: NewMember, acme_id: UUID
) -> None:
    door.get(f"/v1/accounts/{acme_id}/", headers=new_member(StaffRole.SUPPORT, "Robin"))
    kim = new_member(StaffRole.ADMIN, "Kim")
    seen = door.get("/v1/admin/audit/", params={"account_id": str(acme_id)}, headers=kim).json()["data"]
    assert [(each["actor"]["name"], each["action"]) for each in seen] == [("Robin", "read")]
    again = door.get("/v1/admin/audit/", headers=kim).json()["data"]
    assert [each["actor"]["name"] for each in again] == ["Kim", "Robin"]
