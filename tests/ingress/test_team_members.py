"""Users are held to the team of their account, at once; and what the door lets through of what is said about one."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy.orm import Session

from billing.accounts.queries import get_account
from billing.team.invite import INVITATION, Times, invite
from billing.team.join import make_link
from billing.team.queries import founder
from billing.team.tables import Invitation, Member
from database.ids import uuid7
from schemas.commands.team import InviteMember
from schemas.permissions import Role
from tests.callers.issuers import bearer, by_secret
from tests.ingress.things import NOW

Rows = Callable[..., list[tuple[Any, ...]]]
TEAM, INVOICES = "/v1/account/team/", "/v1/billing/invoices/"
MISSING = "urn:cashbeat:problem:permission_missing"
BEA = "user_bea"


@pytest.fixture
def bea_id(owner_session: Session, acme_id: UUID) -> UUID:
    """Bea is an admin in the team of the account."""
    session = owner_session
    bea = Member(id=uuid7(), account_id=acme_id, user_id=BEA, email="b@x.example", role=Role.ADMIN, joined_at=NOW)
    session.add_all([founder(get_account(session, acme_id)), bea])
    session.commit()
    return bea.id


@pytest.fixture
def invited(owner_session: Session, acme_id: UUID) -> tuple[UUID, str]:
    """An invitation, and the token in its mail."""
    said = InviteMember(account_id=acme_id, email="cleo@acme.example", role=Role.VIEWER, sites=("a.example",))
    session, now = owner_session, founder(get_account(owner_session, acme_id)).joined_at
    invitation = invite(session, said, None, Times(now, now))
    token = make_link(session, session.get_one(Invitation, invitation.id), f"{INVITATION}/a")
    session.commit()
    return invitation.id, token


def _as(user_id: str, account_id: UUID, role: str = "owner") -> dict[str, str]:
    return bearer(by_secret(sub=user_id, account_id=str(account_id), role=role))


def test_the_lower_role_of_token_and_team_holds(users_door: httpx.Client, acme_id: UUID, bea_id: UUID) -> None:
    delete = f"/v1/accounts/{acme_id}/"
    said = {"confirm_name": "Acme"}
    refused = users_door.request("DELETE", delete, json=said, headers=_as(BEA, acme_id, "owner"))
    assert (refused.status_code, refused.json()["type"]) == (403, MISSING), "the team says admin"
    assert users_door.get(INVOICES, headers=_as(BEA, acme_id, "owner")).status_code == 200
    refused = users_door.get(INVOICES, headers=_as(BEA, acme_id, "member"))
    assert (refused.status_code, refused.json()["type"]) == (403, MISSING), "the token says member"


def test_who_is_taken_out_is_refused_at_once_and_everywhere(
    users_door: httpx.Client, acme_id: UUID, bea_id: UUID, rows: Rows
) -> None:
    bea = _as(BEA, acme_id)
    said = users_door.post(f"{TEAM}invite/", json={"email": "c@x.example", "role": "viewer"}, headers=bea)
    assert said.status_code == 202
    rows("DELETE FROM account_members WHERE id = %s", str(bea_id))
    for path in (INVOICES, TEAM, said.headers["location"], f"/v1/accounts/{acme_id}/", "/v1/billing/plans/"):
        refused = users_door.get(path, headers=bea)
        assert (refused.status_code, refused.json()["type"]) == (403, "urn:cashbeat:problem:not_a_member"), path
    refused = users_door.post(f"{TEAM}invite/", json={"email": "d@x.example", "role": "viewer"}, headers=bea)
    assert refused.status_code == 403
    assert rows("SELECT count(*) FROM operations") == [(1,)]


def test_where_nobody_was_invited_the_token_alone_counts(users_door: httpx.Client, acme_id: UUID) -> None:
    assert users_door.get(INVOICES, headers=_as("user_of_theirs", acme_id, "billing")).status_code == 200
    team = users_door.get(TEAM, headers=_as("user_of_theirs", acme_id, "viewer")).json()
    assert (team["is_kept"], [member["user_id"] for member in team["members"]]) == (False, ["user_1"])


def test_a_user_acts_as_themselves(users_door: httpx.Client, acme_id: UUID, bea_id: UUID, rows: Rows) -> None:
    bea, said = _as(BEA, acme_id), {"email": "c@x.example", "role": "viewer"}
    refused = users_door.post(f"{TEAM}invite/", json={**said, "acting_user_id": "user_1"}, headers=bea)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "acting_user_id")
    refused = users_door.post(f"{TEAM}leave/", json={"user_id": "user_1"}, headers=bea)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "user_id")
    assert users_door.post(f"{TEAM}invite/", json=said, headers=bea).status_code == 202
    assert users_door.post(f"{TEAM}leave/", json={}, headers=bea).status_code == 202
    assert users_door.request("DELETE", f"{TEAM}{bea_id}/", headers=bea).status_code == 202
    assert users_door.patch(f"{TEAM}{bea_id}/role/", json={"role": "viewer"}, headers=bea).status_code == 202
    handed = {"member_id": str(bea_id)}
    owner = _as("user_1", acme_id)
    assert users_door.post("/v1/account/transfer-ownership/", json=handed, headers=owner).status_code == 202
    said_by = "SELECT coalesce(body ->> 'acting_user_id', body ->> 'user_id') FROM operations"
    assert rows(said_by) == [(BEA,)] * 4 + [("user_1",)]


def test_the_door_alone_says_in_which_role_a_user_acts(
    users_door: httpx.Client, acme_id: UUID, bea_id: UUID, key: dict[str, str], rows: Rows
) -> None:
    """The worker reads no token: what it says is handed on, the lower of it and the team."""
    path = f"{TEAM}{bea_id}/"
    for headers in (_as("user_1", acme_id, "owner"), _as("user_1", acme_id, "admin"), _as(BEA, acme_id, "owner"), key):
        refused = users_door.request("DELETE", path, json={"acting_role": "owner"}, headers=headers)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "acting_role")
        assert users_door.request("DELETE", path, headers=headers).status_code == 202
    said = rows("SELECT body ->> 'acting_role' FROM operations ORDER BY created_at")
    assert said == [("owner",), ("admin",), ("admin",), (None,)]


def test_a_repeat_with_a_token_for_less_is_the_same_command(
    users_door: httpx.Client, acme_id: UUID, bea_id: UUID
) -> None:
    said = [
        users_door.request(
            "DELETE", f"{TEAM}{bea_id}/", headers={**_as("user_1", acme_id, role), "Idempotency-Key": "out-1"}
        ).json()["id"]
        for role in ("owner", "admin")
    ]
    assert said[0] == said[1]


def test_who_is_no_owner_makes_none(users_door: httpx.Client, acme_id: UUID, bea_id: UUID, rows: Rows) -> None:
    for user, role in ((BEA, "owner"), ("user_1", "admin")):
        for send, path, more in (
            (users_door.post, f"{TEAM}invite/", {"email": "c@x.example"}),
            (users_door.patch, f"{TEAM}{bea_id}/role/", {}),
        ):
            refused = send(path, json={"role": "owner", **more}, headers=_as(user, acme_id, role))
            assert (refused.status_code, refused.json()["type"]) == (403, MISSING), (user, path)
            assert 'scope="team:owners"' in refused.headers["www-authenticate"]
    assert rows("SELECT count(*) FROM operations") == [(0,)]


def test_whoever_has_the_link_is_told_whom_it_invites(door: httpx.Client, invited: tuple[UUID, str]) -> None:
    _, token = invited
    told = door.get(f"/v1/team/invitations/{token}/")
    assert told.headers["cache-control"] == "no-store"
    said = told.json()
    assert (said["account_name"], said["email"], said["role"]) == ("Acme Corp", "cleo@acme.example", "viewer")
    assert said["sites"] == ["a.example"]
    for wrong in ("A" * 43, token[:-1], token.swapcase(), "%00", "x" * 4_000):
        unknown = door.get(f"/v1/team/invitations/{wrong}/")
        assert (unknown.status_code, unknown.json()["type"]) == (404, "urn:cashbeat:problem:invitation_not_found")


def test_it_is_accepted_by_who_is_in_no_team_yet(
    users_door: httpx.Client, acme_id: UUID, bea_id: UUID, invited: tuple[UUID, str], key: dict[str, str], rows: Rows
) -> None:
    path = f"/v1/team/invitations/{invited[1]}/accept/"
    for headers in (_as("user_cleo", acme_id, "viewer"), _as("user_cleo", uuid4(), "owner")):
        assert users_door.post(path, json={"name": "Cleo"}, headers=headers).status_code == 202
    assert users_door.post(path, json={"user_id": "user_dora"}, headers=key).status_code == 202
    assert rows("SELECT body ->> 'user_id' FROM operations") == [("user_cleo",), ("user_cleo",), ("user_dora",)]
    refused = users_door.post(path, json={"user_id": "user_dora"}, headers=_as("user_cleo", acme_id))
    assert refused.status_code == 422
    refused = users_door.post(path, json={}, headers=key)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "user_id")


def test_invitations_are_shown_and_called_off(
    door: httpx.Client, acme_id: UUID, invited: tuple[UUID, str], key: dict[str, str]
) -> None:
    for path in (f"{TEAM}invitations/?account_id={acme_id}", f"/v1/accounts/{acme_id}/team/invitations/"):
        (waiting,) = door.get(path, headers=key).json()["invitations"]
        assert (waiting["id"], waiting["status"], waiting["mails"]) == (str(invited[0]), "open", 1)
        assert invited[1] not in str(waiting)
    said = door.post(f"{TEAM}invitations/{invited[0]}/resend/", headers=key)
    assert (said.status_code, said.json()["kind"]) == (202, "repeat_invitation")
    said = door.request("DELETE", f"{TEAM}invitations/{invited[0]}/", headers=key)
    assert (said.status_code, said.json()["kind"]) == (202, "cancel_invitation")
    assert door.get(f"/v1/accounts/{acme_id}/team/", headers=key).json()["seats"] == {"used": 2, "most": 0}
