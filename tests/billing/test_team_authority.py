"""How far who acts on a team may go: as far as the team and their token both say, and no longer than they may."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert

from billing.errors import Rejected
from billing.notices.occasion import Moot
from billing.team.invite import INVITED_A_DAY_MAX
from billing.team.transfer import transfer
from database.engine import Database
from database.ids import uuid7
from database.memory import WorkState
from database.operations import Operation
from schemas.commands.team import ChangeRole, InviteMember, TransferOwnership
from schemas.permissions import Role
from tests.billing.teams import MONDAY, OWNER, Team

BEA, CLEO = "user-bea", "user-cleo"


@pytest.fixture
def crew(database: Database, account_id: UUID) -> Team:
    """Ada's, with Bea, an owner as she is."""
    team = Team(database, account_id)
    team.add(BEA, "owner")
    return team


def _refused(code: str) -> Any:
    return pytest.raises(Rejected, check=lambda refused: refused.code == code)


def _id(team: Team, user_id: str) -> UUID:
    member = team.member(user_id)
    assert member is not None
    return member.id


def _invited(team: Team) -> set[str]:
    return {invitation.email for invitation in team.waiting()}


def test_an_owner_with_a_token_for_less_takes_out_no_owner(crew: Team) -> None:
    bea = _id(crew, BEA)
    with _refused("role_above_own"):
        crew.remove(bea, token_says=Role.ADMIN)
    with _refused("role_too_low"):
        crew.remove(bea, token_says=Role.BILLING)
    assert crew.remove(bea, token_says=Role.OWNER).user_id == BEA


def test_a_token_for_more_than_the_team_says_counts_for_what_the_team_says(crew: Team) -> None:
    crew.add(CLEO, "admin")
    with _refused("role_above_own"):
        crew.remove(_id(crew, BEA), by=CLEO, token_says=Role.OWNER)


def test_nothing_that_is_said_of_a_team_goes_by_the_team_alone(crew: Team, database: Database) -> None:
    """Every command of a member says in which role: what reads only who it is would read more into it."""
    bea = _id(crew, BEA)
    with _refused("role_above_own"):
        crew.change(bea, role="viewer", acting_role=Role.ADMIN)
    with _refused("role_above_own"):
        crew.invite("x@ada.example", "owner", acting_role=Role.ADMIN)
    wanted = TransferOwnership(account_id=crew.account_id, member_id=bea, acting_user_id=OWNER, acting_role=Role.ADMIN)
    with _refused("role_too_low"), database.transaction() as session:
        transfer(session, wanted)
    for command in (ChangeRole, InviteMember, TransferOwnership):
        assert command.drawn == {"acting_role"}, command


def test_whoever_is_taken_out_has_left_no_door_open(crew: Team) -> None:
    crew.invite("bea@elsewhere.example", "owner", by=BEA)
    crew.invite("dora@ada.example", "owner", by=OWNER)
    crew.invite("eve@ada.example", "viewer", by=None)
    left_open = crew.token(crew.mails()[-3])
    crew.remove(_id(crew, BEA))
    assert _invited(crew) == {"dora@ada.example", "eve@ada.example"}
    with _refused("invitation_not_found"):
        crew.accept(left_open, "user-bea-again")
    assert crew.show().seats.used == 3, "nor does it hold a seat"


def test_nor_has_who_goes_by_themselves(crew: Team) -> None:
    crew.invite("bea@elsewhere.example", "viewer", by=BEA)
    crew.leave(BEA)
    assert _invited(crew) == set()


def test_whoever_becomes_less_has_invited_nobody_to_more_than_they_could_now(crew: Team) -> None:
    for role in ("owner", "admin", "viewer"):
        crew.invite(f"{role}@elsewhere.example", role, by=BEA)
    crew.change(_id(crew, BEA), role="admin")
    assert _invited(crew) == {"admin@elsewhere.example", "viewer@elsewhere.example"}
    crew.change(_id(crew, BEA), sites=["shop.example"])
    assert _invited(crew) == set(), "these would work with all sites"
    crew.invite("more@elsewhere.example", "viewer", by=BEA, sites=["shop.example"])
    crew.change(_id(crew, BEA), role="billing")
    assert _invited(crew) == set(), "who invites nobody any more has invited nobody"


def test_whoever_hands_the_ownership_over_does_not_come_back_as_an_owner(crew: Team) -> None:
    crew.invite("ada@elsewhere.example", "owner")
    crew.invite("eve@elsewhere.example", "admin")
    crew.transfer(_id(crew, BEA))
    assert _invited(crew) == {"eve@elsewhere.example"}


def test_a_mail_that_was_not_sent_yet_is_not_sent_any_more(crew: Team) -> None:
    crew.invite("bea@elsewhere.example", "admin", by=BEA)
    mail = crew.mails()[-1]
    crew.remove(_id(crew, BEA))
    with pytest.raises(Moot, match="called off"):
        crew.read(mail, MONDAY + timedelta(minutes=1))


def test_whoever_invites_and_calls_off_without_end_is_stopped(crew: Team, database: Database) -> None:
    """Else a team would be a way to write to any number of strangers in the product's name."""
    made = {
        "kind": "invite_member", "caller": "user/x", "body_sha256": "", "state": WorkState.DONE,
        "body": {"account_id": str(crew.account_id)}, "finished_at": MONDAY, "created_at": MONDAY,
    }  # fmt: skip
    with database.transaction() as session:
        session.execute(insert(Operation), [{"id": uuid7(), **made} for _ in range(INVITED_A_DAY_MAX)])
    with _refused("too_many_mails"):
        crew.invite("stranger@ada.example")
    crew.invite("bea@elsewhere.example", at=MONDAY + timedelta(days=1))


def test_a_server_that_names_nobody_is_held_to_nobodys_role(crew: Team) -> None:
    assert crew.remove(_id(crew, BEA), by=None).user_id == BEA
