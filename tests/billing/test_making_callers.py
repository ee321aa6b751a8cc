"""Nobody makes a key, or one of the staff, that may do more than they; and what could be a second person needs one."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from billing.callers.rules import Maker, gives_of_staff, require_no_longer, require_within
from billing.errors import Rejected
from database.api_keys import ApiKey, KeyTerms, create_key, draw_key
from database.engine import Database
from database.ids import uuid7
from database.staff import STAFF_CALLER, StaffMember
from schemas.permissions import OF_SERVERS, PERMISSIONS, WHOLE_SCOPES, StaffRole, of_key, of_staff
from tests.billing.deciders import Deciders
from workers.wiring import Work

SHOP: dict[str, Any] = {"name": "shop", "scopes": ["credits:read", "credits:consume"]}
DAY = timedelta(days=1)


class Makers(Deciders):
    """Mo and Jo are staff besides; others come with keys of their own."""

    def staff(self, name: str, role: StaffRole) -> str:
        """Somebody who works here; what their operations bear."""
        member = StaffMember(id=uuid7(), name=name, email=f"{name.lower()}@cashbeat.example", role=role)
        with self.owner.transaction() as session:
            session.add(member)
            return f"{STAFF_CALLER}{member.id}"

    def server(self, *scopes: str, **terms: Any) -> str:
        """A key with these scopes; what its operations bear."""
        with self.owner.transaction() as session:
            create_key(session, "a server", list(scopes), KeyTerms(**terms))
            session.flush()
            return str(session.query(ApiKey.id).order_by(ApiKey.id.desc()).limit(1).scalar())

    def make(self, who: str, kind: str = "create_api_key", **body: Any) -> UUID:
        """As the door would say it, which has drawn a key."""
        drawn = draw_key()
        return self.say(who, kind, **body, hint=drawn.hint, secret_sha256=drawn.secret_sha256)

    def key(self, key_id: UUID) -> ApiKey:
        """As it is stored."""
        with self.owner.transaction() as session:
            return session.get_one(ApiKey, key_id)

    def member(self, member_id: UUID) -> StaffMember:
        """As they are written down."""
        with self.owner.transaction() as session:
            return session.get_one(StaffMember, member_id)


@pytest.fixture
def makers(hands: Work, database: Database, books_of_owner: Database) -> Makers:
    """Whoever makes others."""
    return Makers(hands, books_of_owner)


def test_a_key_for_a_server_is_made_by_one_person(makers: Makers, account_id: UUID) -> None:
    kim = makers.staff("Kim", StaffRole.ADMIN)
    made = makers.make(kim, **SHOP, account_ids=[str(account_id)], requests_per_minute_max=600)
    assert makers.outcome(made) == "done"
    key = makers.key(made)
    assert (key.scopes, key.account_ids) == (["credits:consume", "credits:read"], [account_id])
    assert (key.requests_per_minute_max, key.staff_id, key.revoked_at) == (600, None, None)
    assert makers.outcome(makers.say(kim, "revoke_api_key", key_id=str(made))) == "done"
    ended_at = makers.key(made).revoked_at
    assert ended_at is not None
    makers.say(kim, "revoke_api_key", key_id=str(made))
    assert makers.key(made).revoked_at == ended_at


@pytest.mark.parametrize("scope", ["admin:write", "refunds:write", "approvals:decide", "callers:write"])
def test_one_that_could_be_a_second_person_needs_one(makers: Makers, scope: str) -> None:
    kim, robin = makers.staff("Kim", StaffRole.ADMIN), makers.staff("Robin", StaffRole.APPROVER)
    made = makers.make(kim, name="helper", scopes=[scope])
    assert makers.outcome(made) == "awaiting_approval"
    shown = makers.shown(made)
    assert (shown.effect["scopes"], shown.unit) == ([scope], "keys")
    assert makers.approve(kim, made) == "same_approver"
    assert makers.approve(robin, made) == "done"
    assert (makers.outcome(made), makers.key(made).scopes) == ("done", [scope])


def test_nobody_gives_what_they_lack(makers: Makers) -> None:
    maker = makers.server("callers:write", "credits:read")
    assert makers.outcome(makers.make(maker, name="shop", scopes=["credits:read"])) == "done"
    assert makers.outcome(makers.make(maker, **SHOP)) == "beyond_maker"
    assert makers.outcome(makers.make(maker, name="all", scopes=list(WHOLE_SCOPES))) == "beyond_maker"
    assert makers.outcome(makers.make(makers.server("admin:read"), **SHOP)) == "beyond_maker"
    assert makers.outcome(makers.make(makers.staff("Lee", StaffRole.OPERATOR), **SHOP)) == "beyond_maker"
    person = {"name": "Pat", "email": "pat@cashbeat.example", "role": "admin"}
    assert makers.outcome(makers.say(maker, "add_staff_member", **person)) == "beyond_maker"


def test_nor_for_longer_or_more_often_than_their_own_key_is_for(makers: Makers) -> None:
    ends_at = makers.work.wall().at + 10 * DAY
    maker = makers.server(*WHOLE_SCOPES, expires_at=ends_at, requests_per_minute_max=100)
    assert makers.outcome(makers.make(maker, **SHOP, requests_per_minute_max=100)) == "beyond_maker"
    longer = (ends_at + DAY).isoformat()
    assert makers.outcome(makers.make(maker, **SHOP, requests_per_minute_max=9, expires_at=longer)) == "beyond_maker"
    within: dict[str, Any] = {**SHOP, "expires_at": (ends_at - DAY).isoformat()}
    assert makers.outcome(makers.make(maker, **within, requests_per_minute_max=101)) == "beyond_maker"
    assert makers.outcome(makers.make(maker, **within, requests_per_minute_max=100)) == "done"


def test_who_has_ended_makes_nobody_any_more_and_a_product_never(makers: Makers) -> None:
    kim, robin = makers.staff("Kim", StaffRole.ADMIN), makers.staff("Robin", StaffRole.ADMIN)
    waiting = makers.make(kim, name="helper", scopes=["admin:write"])
    kim_id = kim.removeprefix(STAFF_CALLER)
    assert makers.outcome(makers.say(robin, "end_staff_member", staff_id=kim_id)) == "done"
    makers.approve(robin, waiting)
    assert makers.outcome(waiting) == "maker_ended"
    expired = makers.server(*WHOLE_SCOPES, expires_at=datetime(2026, 1, 1, tzinfo=UTC))
    for who in (kim, "app/shop", "user/1/2", str(uuid7()), expired):
        assert makers.outcome(makers.make(who, **SHOP)) == "maker_ended"
        assert makers.outcome(makers.say(who, "revoke_api_key", key_id=str(uuid7()))) == "maker_ended"


def test_a_key_is_for_accounts_that_there_are_and_for_some_time(makers: Makers) -> None:
    assert makers.outcome(makers.make("mo", **SHOP)) == "beyond_maker", "of credits Mo's key knows nothing"
    maker = makers.server(*WHOLE_SCOPES)
    assert makers.outcome(makers.make(maker, **SHOP, account_ids=[str(uuid7())])) == "account_not_found"
    past = (makers.work.wall().at - DAY).isoformat()
    assert makers.outcome(makers.make(maker, **SHOP, expires_at=past)) == "expires_in_past"
    assert makers.outcome(makers.say(maker, "revoke_api_key", key_id=str(uuid7()))) == "api_key_not_found"


def test_a_person_comes_changes_role_gets_a_key_and_goes(makers: Makers) -> None:
    kim, robin = makers.staff("Kim", StaffRole.ADMIN), makers.staff("Robin", StaffRole.ADMIN)
    person = {"name": "Pat", "email": "pat@cashbeat.example", "role": "support"}
    pat = makers.say(kim, "add_staff_member", **person)
    assert makers.shown(pat).effect == person
    makers.approve(robin, pat)
    changed = makers.say(kim, "change_staff_role", staff_id=str(pat), role="finance")
    assert makers.shown(changed).effect == {**person, "role": "finance", "role_before": "support"}
    assert makers.member(pat).role == "support", "nothing is done yet"
    makers.approve(robin, changed)
    assert (makers.outcome(changed), makers.member(pat).role) == ("done", "finance")

    made = makers.make(kim, "create_staff_key", staff_id=str(pat))
    makers.approve(robin, made)
    assert (makers.key(made).staff_id, makers.key(made).scopes) == (pat, [])
    assert makers.outcome(makers.say(kim, "end_staff_member", staff_id=str(pat))) == "done"
    assert makers.member(pat).ended_at is not None
    assert makers.outcome(makers.make(kim, "create_staff_key", staff_id=str(pat))) == "staff_ended"
    assert makers.outcome(makers.say(kim, "change_staff_role", staff_id=str(pat), role="admin")) == "staff_ended"
    again = {**person, "name": "PAT"}
    assert makers.outcome(makers.say(kim, "add_staff_member", **again)) == "staff_name_taken"
    assert makers.outcome(makers.say(kim, "end_staff_member", staff_id=str(uuid7()))) == "staff_not_found"


def test_a_role_that_has_changed_meanwhile_is_looked_at_again(makers: Makers) -> None:
    kim, robin = makers.staff("Kim", StaffRole.ADMIN), makers.staff("Robin", StaffRole.ADMIN)
    lee_id = makers.staff("Lee", StaffRole.SUPPORT).removeprefix(STAFF_CALLER)
    waiting = makers.say(kim, "change_staff_role", staff_id=lee_id, role="finance")
    other = makers.say(kim, "change_staff_role", staff_id=lee_id, role="operator")
    makers.approve(robin, other)
    makers.approve(robin, waiting)
    assert (makers.outcome(waiting), makers.member(UUID(lee_id)).role) == ("approval_stale", "operator")


def test_an_admin_may_give_whatever_there_is() -> None:
    """What no role of staff has is for servers: somebody must be able to give it."""
    admin = Maker(gives_of_staff(of_staff(StaffRole.ADMIN)))
    require_within(admin, of_key(WHOLE_SCOPES))
    assert admin.permissions == {each.name for each in PERMISSIONS}
    assert "usage:write" in OF_SERVERS


def test_a_key_that_never_ends_and_one_without_a_rate_of_its_own_bind_nobody() -> None:
    require_no_longer(Maker(frozenset()), None, None)
    with pytest.raises(Rejected, match="You cannot give"):
        require_within(Maker(frozenset()), frozenset({"credits:read"}))
