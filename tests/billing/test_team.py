"""A team grows and shrinks: invitations count once, nobody exceeds their role, and there is always an owner."""

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import IntegrityError

from billing.accounts.queries import get_account
from billing.errors import Rejected
from billing.notices.occasion import Moot
from billing.team.rules import ACCEPTED_WITHIN, RESENT_AFTER
from billing.team.tables import InvitationLink, Member
from database.engine import Database
from schemas.permissions import Role, is_above, lower_of, of_role
from tests.billing.teams import MONDAY, OWNER, Team

BEA, CLEO = "user-bea", "user-cleo"


@pytest.fixture
def team(database: Database, account_id: UUID) -> Team:
    """Ada's, who is alone."""
    return Team(database, account_id)


def _refused(code: str) -> Any:
    return pytest.raises(Rejected, check=lambda refused: refused.code == code)


def test_of_any_two_roles_one_includes_the_other() -> None:
    falling = [Role.OWNER, Role.ADMIN, Role.BILLING, Role.VIEWER, Role.MEMBER]
    for higher, lower in pairwise(falling):
        assert of_role(lower) < of_role(higher), (higher, lower)
        assert is_above(higher, lower)
        assert not is_above(lower, higher)
        assert lower_of(higher, lower) is lower_of(lower, higher) is lower


def test_before_anybody_is_invited_the_owner_is_alone(team: Team) -> None:
    shown = team.show()
    assert (shown.is_kept, shown.seats.used) == (False, 1)
    assert [(member.user_id, member.role) for member in shown.members] == [(OWNER, Role.OWNER)]
    team.invite("bea@ada.example")
    begun = team.show()
    assert (begun.is_kept, begun.seats.used) == (True, 2)
    assert begun.members == shown.members, "the owner who was shown is the one who is kept"


def test_who_accepts_is_a_member_as_invited(team: Team) -> None:
    team.add(CLEO, "admin")
    team.invite("bea@ada.example", "billing", by=CLEO, sites=["shop.ada.example"])
    mail = team.read()
    assert mail.buyer.email == "bea@ada.example"
    assert mail.invitation is not None
    assert (mail.invitation.account, mail.invitation.role) == ("Ada's Analytics", "billing")
    bea = team.accept(team.token(), BEA, name="Bea")
    assert (bea.email, bea.name, bea.role, bea.sites) == ("bea@ada.example", "Bea", Role.BILLING, ["shop.ada.example"])
    assert team.waiting() == []
    told = [name for name, _ in team.told()]
    assert told == ["team.invited", "team.joined"] * 2
    assert team.told()[-1][1]["user_id"] == BEA


def test_a_token_is_good_once_and_lies_nowhere(team: Team, database: Database) -> None:
    team.invite("bea@ada.example")
    token = team.token()
    with database.transaction() as session:
        for table in ("team_invitations", "invitation_links", "outbox", "untold_changes"):
            rows = session.scalars(text(f"SELECT to_jsonb(t)::text FROM {table} t")).all()  # noqa: S608
            assert rows, table
            assert not any(token in row for row in rows), table
    with _refused("invitation_not_found"):
        team.accept(token[:-1] + ("A" if token[-1] != "A" else "B"), BEA)
    team.accept(token, BEA)
    for user_id in (BEA, CLEO):
        with _refused("invitation_not_found"):
            team.accept(token, user_id)


def test_it_counts_for_seven_days(team: Team) -> None:
    team.invite("bea@ada.example")
    late = MONDAY + ACCEPTED_WITHIN
    token = team.token(at=late - timedelta(seconds=1))
    with _refused("invitation_not_found"):
        team.accept(token, BEA, at=late)
    assert [each.status for each in team.waiting(late)] == ["expired"]
    assert team.show(late).seats.used == 1, "it holds no seat any more"
    with pytest.raises(Moot, match="days are over"):
        team.read(at=late)
    again = team.invite("BEA@ada.example", at=late)
    assert [each.id for each in team.waiting(late)] == [again.id], "its place is free"


def test_one_is_open_per_address(team: Team) -> None:
    team.invite("bea@ada.example")
    with _refused("already_invited"):
        team.invite("Bea@ada.example", "viewer")
    team.accept(team.token(), BEA)
    with _refused("already_member"):
        team.invite("bea@ADA.example")
    team.invite("bea+other@ada.example")
    with _refused("already_member"):
        team.accept(team.token(), BEA)
    assert len(team.waiting()) == 1, "it can still be accepted by somebody else"


def test_sent_again_only_the_new_link_opens(team: Team) -> None:
    asked = team.invite("bea@ada.example")
    old = team.token()
    with _refused("resent_too_soon"):
        team.resend(asked.id, MONDAY + RESENT_AFTER - timedelta(seconds=1))
    later = MONDAY + timedelta(days=6)
    again = team.resend(asked.id, later)
    assert (again.mails, again.expires_at) == (2, later + ACCEPTED_WITHIN)
    with _refused("invitation_not_found"):
        team.accept(old, BEA, at=later)
    first, second = team.mails()
    assert team.accept(team.token(second, later), BEA, at=later).user_id == BEA
    assert first.cause != second.cause


def test_a_mail_that_is_tried_again_leaves_its_first_link_alive(team: Team) -> None:
    team.invite("bea@ada.example")
    first, second = team.token(), team.token()
    assert first != second
    assert team.accept(first, BEA).user_id == BEA


def test_what_is_called_off_opens_nothing(team: Team, database: Database) -> None:
    asked = team.invite("bea@ada.example")
    token = team.token()
    team.call_off(asked.id)
    with _refused("invitation_not_found"):
        team.accept(token, BEA)
    with _refused("invitation_not_found"):
        team.call_off(asked.id)
    with pytest.raises(Moot, match="called off"):
        team.read()
    with database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(InvitationLink)) == 0


def test_nobody_is_flooded(team: Team) -> None:
    """Invited and called off again and again: an address gets five mails within the hour."""
    for _ in range(5):
        team.call_off(team.invite("bea@ada.example").id)
    with _refused("too_many_mails"):
        team.invite("BEA@ada.example")
    assert team.waiting() == [], "nothing of it was done"
    team.invite("bea@ada.example", at=MONDAY + timedelta(hours=1))


def test_seats_are_those_of_the_plan(database: Database, account_id: UUID) -> None:
    team = Team(database, account_id, users_max=3)
    team.add(BEA)
    asked = team.invite("cleo@ada.example")
    with _refused("users_limit_reached"):
        team.invite("dora@ada.example")
    team.call_off(asked.id)
    team.invite("dora@ada.example")
    token = team.token()
    smaller = Team(database, account_id, users_max=2)
    with _refused("users_limit_reached"):
        smaller.accept(token, "user-dora")
    assert team.accept(token, "user-dora").role is Role.MEMBER
    with _refused("users_limit_reached"):
        Team(database, account_id, users_max=0).invite("eve@ada.example")


@pytest.mark.parametrize("role", ["billing", "viewer", "member"])
def test_who_is_no_head_manages_nobody(team: Team, role: str) -> None:
    team.add(CLEO, role)
    bea = team.add(BEA)
    acts: tuple[Callable[[], object], ...] = (
        lambda: team.invite("dora@ada.example", by=CLEO),
        lambda: team.remove(bea.id, by=CLEO),
        lambda: team.change(bea.id, by=CLEO, role="viewer"),
        lambda: team.transfer(bea.id, by=CLEO),
    )
    for act in acts:
        with _refused("role_too_low"):
            act()


def test_nobody_gives_or_takes_what_is_above_their_own(team: Team) -> None:
    admin = team.add(CLEO, "admin", sites=["a.example", "b.example"])
    bea = team.add(BEA, "viewer", sites=["a.example"])
    ada = team.show().members[0]
    acts: tuple[Callable[[], object], ...] = (
        lambda: team.invite("dora@ada.example", "owner", by=CLEO),
        lambda: team.change(bea.id, by=CLEO, role="owner"),
        lambda: team.change(ada.id, by=CLEO, role="viewer"),
        lambda: team.remove(ada.id, by=CLEO),
    )
    for act in acts:
        with _refused("role_above_own"):
            act()
    for sites in (None, ["c.example"]):
        with _refused("sites_above_own"):
            team.change(bea.id, by=CLEO, sites=sites)
        with _refused("sites_above_own"):
            team.invite("dora@ada.example", by=CLEO, sites=sites)
    with _refused("role_too_low"):
        team.transfer(bea.id, by=CLEO)
    with _refused("not_a_member"):
        team.invite("dora@ada.example", by="user-stranger")
    assert team.change(bea.id, by=CLEO, role="admin", sites=["b.example"]).role is Role.ADMIN
    assert team.remove(admin.id, by=OWNER).user_id == CLEO


def test_a_change_keeps_what_is_left_out(team: Team) -> None:
    bea = team.add(BEA, "member", sites=["a.example"])
    assert team.change(bea.id, role="viewer").sites == ["a.example"]
    assert team.change(bea.id, sites=None).role is Role.VIEWER
    before = len(team.told())
    team.change(bea.id, role="viewer", sites=None)
    assert len(team.told()) == before, "nothing has changed"
    name, data = team.told()[-1]
    assert (name, data["sites"], data["sites_before"]) == ("team.role_changed", None, ["a.example"])
    with _refused("owner_has_all_sites"):
        team.change(bea.id, role="owner", sites=["a.example"])
    with _refused("owner_has_all_sites"):
        team.invite("dora@ada.example", "owner", sites=[])


def test_the_last_owner_stays(team: Team) -> None:
    bea = team.add(BEA, "admin")
    ada = team.show().members[0]
    acts: tuple[Callable[[], object], ...] = (
        lambda: team.leave(OWNER),
        lambda: team.remove(ada.id, by=None),
        lambda: team.change(ada.id, role="admin"),
    )
    for act in acts:
        with _refused("owner_needed"):
            act()
    assert team.show().members == [ada, bea]


def test_the_account_names_one_of_its_owners(team: Team, database: Database) -> None:
    def named() -> str:
        with database.transaction() as session:
            return get_account(session, team.account_id).owner

    team.add(BEA, "owner")
    team.add(CLEO, "owner")
    assert named() == OWNER
    assert team.leave(OWNER).user_id == OWNER
    assert named() == BEA, "who is longest in it"
    with _refused("not_a_member"):
        team.leave(OWNER)


def test_the_ownership_is_handed_over(team: Team, database: Database) -> None:
    bea = team.add(BEA, "viewer", sites=["a.example"])
    done = team.transfer(bea.id)
    assert (done.owner.user_id, done.owner.role, done.owner.sites) == (BEA, Role.OWNER, None)
    assert (done.former_owner.user_id, done.former_owner.role) == (OWNER, Role.ADMIN)
    assert team.told()[-1][0] == "team.ownership_transferred"
    with database.transaction() as session:
        assert get_account(session, team.account_id).owner == BEA
    with _refused("role_too_low"):
        team.transfer(done.former_owner.id, by=OWNER)
    with _refused("already_owner"):
        team.transfer(bea.id, by=None)
    assert team.transfer(done.former_owner.id, by=None).owner.user_id == OWNER


def test_the_database_itself_keeps_an_owner_and_one_row_each(team: Team, database: Database) -> None:
    team.add(BEA)
    for statement in ("UPDATE account_members SET role = 'admin'", "DELETE FROM account_members WHERE role = 'owner'"):
        with pytest.raises(IntegrityError, match="without an owner"), database.transaction() as session:
            session.execute(text(statement))
    with pytest.raises(IntegrityError, match="uq_account_members"), database.transaction() as session:
        session.execute(update(Member).values(user_id=BEA))


def test_whom_nobody_knows(team: Team) -> None:
    acts: tuple[Callable[[], object], ...] = (
        lambda: team.remove(uuid4()),
        lambda: team.change(uuid4(), role="viewer"),
    )
    for act in acts:
        with _refused("member_not_found"):
            act()
