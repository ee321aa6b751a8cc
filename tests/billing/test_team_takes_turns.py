"""Two change a team at the same moment: one after the other, and never so that nobody owns the account."""

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from billing.errors import Rejected
from billing.team.authority import SaidBy
from billing.team.change_role import change_role
from billing.team.invite import Times, invite
from billing.team.join import join
from billing.team.remove import leave, lock_member, remove
from billing.team.tables import Invitation, Member
from database.engine import Database
from schemas.commands.team import AcceptInvitation, ChangeRole, InviteMember
from schemas.permissions import Role
from tests.billing.teams import MONDAY, OWNER, Team
from tests.billing.turns import at_once

BEA = "user-bea"
Act = Callable[[Session, UUID, str], object]


def _removes(session: Session, member_id: UUID, by: str) -> object:
    return remove(session, member_id, SaidBy(by))


def _demotes(session: Session, member_id: UUID, by: str) -> object:
    return change_role(session, ChangeRole(member_id=member_id, role=Role.MEMBER, acting_user_id=by))


@pytest.fixture
def two_owners(database: Database, account_id: UUID) -> Team:
    """Ada's and Bea's."""
    team = Team(database, account_id)
    team.add(BEA, "owner")
    return team


def _owners(team: Team) -> list[str]:
    return [member.user_id for member in team.show().members if member.role is Role.OWNER]


@pytest.mark.parametrize(("act", "other_act"), [(_removes, _removes), (_demotes, _demotes), (_removes, _demotes)])
def test_two_owners_turn_on_each_other(two_owners: Team, act: Act, other_act: Act) -> None:
    ids = {member.user_id: member.id for member in two_owners.show().members}
    with pytest.raises(Rejected) as refused:
        at_once(
            two_owners.database,
            lambda session: act(session, ids[BEA], OWNER),
            lambda _session: None,
            lambda session: other_act(session, ids[OWNER], BEA),
        )
    # the second finds that it is no owner any more
    assert refused.value.code in {"not_a_member", "role_too_low"}
    assert _owners(two_owners) == [OWNER]


def test_two_owners_leave(two_owners: Team) -> None:
    with pytest.raises(Rejected) as refused:
        at_once(
            two_owners.database,
            lambda session: leave(session, two_owners.account_id, OWNER),
            lambda _session: None,
            lambda session: leave(session, two_owners.account_id, BEA),
        )
    assert refused.value.code == "owner_needed"
    assert _owners(two_owners) == [BEA]


def test_the_database_refuses_the_second_of_two_who_take_no_turns(two_owners: Team) -> None:
    """Even where a verb forgot to lock: each statement by itself leaves an owner, and both together would not."""
    leaves = text("DELETE FROM account_members WHERE user_id = :user_id")
    with pytest.raises(IntegrityError, match="without an owner"):
        at_once(
            two_owners.database,
            lambda session: session.execute(leaves, {"user_id": OWNER}),
            lambda session: session.execute(text("SET CONSTRAINTS ALL IMMEDIATE")),
            lambda session: session.execute(leaves, {"user_id": BEA}),
        )
    assert len(_owners(two_owners)) == 1


def test_two_follow_one_link(two_owners: Team) -> None:
    two_owners.invite("cleo@ada.example")
    token = two_owners.token()

    def comes(user_id: str) -> Callable[[Session], object]:
        return lambda session: join(session, AcceptInvitation(token=token, user_id=user_id), None, MONDAY)

    with pytest.raises(Rejected) as refused:
        at_once(two_owners.database, comes("user-1st"), lambda _session: None, comes("user-2nd"))
    assert refused.value.code == "invitation_not_found"
    assert len(two_owners.show().members) == 3


def test_two_invite_one_address_and_the_last_seat(two_owners: Team) -> None:
    def asks(email: str) -> Callable[[Session], object]:
        said = InviteMember(account_id=two_owners.account_id, email=email, role=Role.VIEWER)
        return lambda session: invite(session, said, 3, Times(MONDAY, MONDAY))

    for email, code in (("cleo@ada.example", "already_invited"), ("dora@ada.example", "users_limit_reached")):
        with two_owners.database.transaction() as session:
            session.execute(text("DELETE FROM team_invitations"))
        with pytest.raises(Rejected) as refused:
            at_once(two_owners.database, asks("cleo@ada.example"), lambda _session: None, asks(email))
        assert refused.value.code == code
        with two_owners.database.transaction() as session:
            assert session.scalar(select(func.count()).select_from(Invitation)) == 1


def test_who_is_removed_while_they_act_does_not_act(two_owners: Team) -> None:
    cleo, dora = two_owners.add("user-cleo", "admin"), two_owners.add("user-dora")

    def locks(session: Session) -> Member:
        return lock_member(session, cleo.id)

    with pytest.raises(Rejected) as refused:
        at_once(
            two_owners.database,
            locks,
            lambda session: remove(session, cleo.id, SaidBy(OWNER)),
            lambda session: remove(session, dora.id, SaidBy("user-cleo")),
        )
    assert refused.value.code == "not_a_member"
    assert two_owners.member("user-dora") is not None
