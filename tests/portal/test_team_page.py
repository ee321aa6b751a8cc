"""Team: who is in it, who is invited, other roles, out of it, and the ownership handed over; and who may not."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from schemas.permissions import Role
from tests.billing.subscribers import Books
from tests.billing.teams import MONDAY, Team
from tests.portal.forms import done, sent
from tests.portal.running_portal import Browser
from workers.wiring import Work

TEAM = "/account/team"
HOURS = (timedelta(hours=number) for number in count())
NewBrowser = Callable[..., Browser]
NewCustomer = Callable[..., UUID]


@pytest.fixture
def portal_crew(subscribers: Books, new_customer: NewCustomer) -> Team:
    """Ada (`user_1`) owns it, Bea is an admin, Vic a viewer; the plan has ten seats."""
    account_id, began = new_customer(), datetime.now(UTC).replace(microsecond=0) - timedelta(days=3)
    subscribers.give_card(account_id, began)
    subscribers.subscribe(account_id, began, "growth")
    subscribers.answer(began)
    team = Team(subscribers.database, account_id, 10)
    # an hour has room for five mails to an address, and each test has another one
    at = MONDAY + next(HOURS)
    for name, role in (("bea", "admin"), ("vic", "viewer")):
        team.invite(f"{name}@acme.example", role, by=None, at=at)
        team.accept(team.token(), f"user_{name}", name=name.capitalize())
    return team


def _member(team: Team, user_id: str) -> str:
    found = team.member(user_id)
    assert found is not None
    return f"{TEAM}/members/{found.id}"


def test_everybody_sees_who_is_in_the_team_and_heads_alone_change_it(signed_in: NewBrowser, portal_crew: Team) -> None:
    ada, vic = (
        signed_in(portal_crew.account_id),
        signed_in(portal_crew.account_id, user_id="user_vic", role=Role.VIEWER),
    )
    for page in (ada.open(TEAM), vic.open(TEAM)):
        assert page.status_code == 200
        for told in ("Bea", "vic@acme.example", "3 of the 10 seats", "Nobody is invited", "you"):
            assert told in page.text, told
    assert "/remove" in ada.open(TEAM).text
    assert f"{TEAM}/invite" not in vic.open(TEAM).text
    assert "/remove" not in vic.open(TEAM).text
    member = _member(portal_crew, "user_bea")
    for path in (f"{TEAM}/invite", f"{member}/remove", member, f"{TEAM}/transfer"):
        assert vic.send(path, sent(email="x@acme.example", role="viewer")).status_code == 403
    for path in (member, f"{member}/remove", f"{TEAM}/transfer"):
        assert vic.open(path).status_code == 403


def test_before_anybody_was_invited_the_team_is_its_owner(signed_in: NewBrowser, new_customer: NewCustomer) -> None:
    page = signed_in(new_customer()).open(TEAM).text
    assert "billing@acme.example" in page
    assert "0 seats of your plan" in page, "there is no plan yet"
    assert "/remove" not in page
    assert f"{TEAM}/leave" not in page


def test_somebody_is_invited_once_however_often_it_is_pressed(
    signed_in: NewBrowser, portal_crew: Team, hands_of_portal: Work
) -> None:
    ada = signed_in(portal_crew.account_id)
    form = sent(email="cleo@acme.example", role="billing", sites="shop.acme.example\r\n\r\n blog.acme.example ")
    first, again = ada.send(f"{TEAM}/invite", form), ada.send(f"{TEAM}/invite", form)
    assert first.headers["location"] == again.headers["location"]
    assert "This is done" in ada.open(done(hands_of_portal, first)).text
    (waiting,) = portal_crew.waiting()
    assert (waiting.email, waiting.role, waiting.sites, waiting.invited_by) == (
        "cleo@acme.example", Role.BILLING, ["shop.acme.example", "blog.acme.example"], "user_1",
    )  # fmt: skip
    page = ada.open(TEAM).text
    assert "cleo@acme.example" in page
    assert "Call off" in page
    assert "4 of the 10 seats" in page
    twice = ada.send(f"{TEAM}/invite", sent(email="Cleo@acme.example", role="viewer"))
    assert "invited already" in ada.open(done(hands_of_portal, twice)).text


def test_what_is_wrong_with_an_invitation_is_told_beside_its_field(signed_in: NewBrowser, portal_crew: Team) -> None:
    ada = signed_in(portal_crew.account_id)
    form = sent(email="no address", role="king", sites="one\none")
    wrong = ada.send(f"{TEAM}/invite", form)
    assert wrong.status_code == 422
    for told in ('href="#email"', 'href="#role"', 'href="#sites"', 'value="no address"', form["operation_key"]):
        assert told in wrong.text, told
    assert 'aria-describedby="email-error"' in wrong.text
    assert portal_crew.waiting() == []


def test_an_invitation_is_sent_again_and_called_off(
    signed_in: NewBrowser, portal_crew: Team, hands_of_portal: Work, books_of_portal: Session
) -> None:
    ada = signed_in(portal_crew.account_id)
    done(hands_of_portal, ada.send(f"{TEAM}/invite", sent(email="dan@acme.example", role="viewer")))
    (waiting,) = portal_crew.waiting()
    path = f"{TEAM}/invitations/{waiting.id}"
    early = ada.send(f"{path}/resend", sent())
    assert "wait for it" in ada.open(done(hands_of_portal, early)).text
    books_of_portal.execute(text("UPDATE team_invitations SET mailed_at = mailed_at - interval '2 minutes'"))
    done(hands_of_portal, ada.send(f"{path}/resend", sent()))
    assert portal_crew.waiting()[0].mails == 2
    done(hands_of_portal, ada.send(f"{path}/cancel", sent()))
    assert portal_crew.waiting() == []
    assert ada.send(f"{path}/cancel", sent()).status_code == 404


def test_a_member_has_another_role_and_is_taken_out(
    signed_in: NewBrowser, portal_crew: Team, hands_of_portal: Work
) -> None:
    account_id = portal_crew.account_id
    ada, vic = signed_in(account_id), signed_in(account_id, user_id="user_vic", role=Role.OWNER)
    member = _member(portal_crew, "user_vic")
    asked = ada.open(member)
    assert '<option value="viewer" selected>' in asked.text
    done(hands_of_portal, ada.send(member, sent(role="member", sites="shop.acme.example")))
    changed = portal_crew.member("user_vic")
    assert changed is not None
    assert (changed.role, changed.sites) == (Role.MEMBER, ["shop.acme.example"])
    assert vic.open("/account/invoices").status_code == 403, "it counts from the next page on"
    wrong = ada.send(member, sent(role="king"))
    assert (wrong.status_code, 'href="#role"' in wrong.text) == (422, True)
    assert "Keep them" in ada.open(f"{member}/remove").text
    removed = ada.send(f"{member}/remove", sent())
    done(hands_of_portal, removed)
    assert portal_crew.member("user_vic") is None
    assert vic.open(TEAM).status_code == 403
    assert ada.open(member).status_code == ada.send(f"{member}/remove", sent()).status_code == 404


def test_nobody_gives_more_than_they_have_or_speaks_in_anothers_name(
    signed_in: NewBrowser, portal_crew: Team, hands_of_portal: Work
) -> None:
    bea = signed_in(portal_crew.account_id, user_id="user_bea", role=Role.ADMIN)
    page = bea.open(TEAM).text
    assert '<option value="owner"' not in page
    assert _member(portal_crew, "user_1") not in page, "an admin does nothing to an owner"
    as_owner = sent(email="eve@acme.example", role="owner", acting_user_id="user_1", acting_role="owner")
    assert bea.send(f"{TEAM}/invite", as_owner).status_code == 403
    assert bea.send(_member(portal_crew, "user_bea"), sent(role="owner")).status_code == 403
    refused = bea.send(f"{_member(portal_crew, 'user_1')}/remove", sent())
    assert "nothing was changed" in bea.open(done(hands_of_portal, refused)).text
    assert portal_crew.member("user_1") is not None
    assert bea.open(f"{TEAM}/transfer").status_code == 403
    assert portal_crew.waiting() == []


def test_the_last_owner_stays_until_somebody_else_is_one(
    signed_in: NewBrowser, portal_crew: Team, hands_of_portal: Work
) -> None:
    ada = signed_in(portal_crew.account_id, is_proven=True)
    bea = signed_in(portal_crew.account_id, user_id="user_bea", role=Role.OWNER, is_proven=True)
    assert f"{TEAM}/leave" not in ada.open(TEAM).text
    refused = ada.send(f"{TEAM}/leave", sent())
    assert "without an owner" in ada.open(done(hands_of_portal, refused)).text
    asked = ada.open(f"{TEAM}/transfer").text
    assert "Bea (bea@acme.example)" in asked
    empty = ada.send(f"{TEAM}/transfer", sent())
    assert (empty.status_code, 'href="#member_id"' in empty.text) == (422, True)
    named = _member(portal_crew, "user_bea").rpartition("/")[2]
    form = sent(member_id=named)
    first, again = ada.send(f"{TEAM}/transfer", form), ada.send(f"{TEAM}/transfer", form)
    assert first.headers["location"] == again.headers["location"]
    done(hands_of_portal, first)
    roles = {user: member.role for user in ("user_1", "user_bea") if (member := portal_crew.member(user))}
    assert roles == {"user_1": Role.ADMIN, "user_bea": Role.OWNER}
    assert bea.open(f"{TEAM}/transfer").status_code == 200
    assert "You do not see this account any more" in ada.open(f"{TEAM}/leave").text
    done(hands_of_portal, ada.send(f"{TEAM}/leave", sent(user_id="user_bea")))
    assert portal_crew.member("user_1") is None
    assert portal_crew.member("user_bea") is not None, "one leaves in one's own name"
    outside = ada.open(TEAM)
    assert (outside.status_code, 'href="/sign-in"' in outside.text) == (403, True)


def test_other_teams_do_not_exist(
    signed_in: NewBrowser, portal_crew: Team, new_customer: NewCustomer, browser: NewBrowser
) -> None:
    member, stranger = _member(portal_crew, "user_bea"), signed_in(new_customer(), is_proven=True)
    invited = portal_crew.invite("zoe@acme.example", "viewer", by=None)
    for path in (member, f"{member}/remove"):
        assert stranger.open(path).status_code == stranger.send(path, sent(role="viewer")).status_code == 404
    for what in ("resend", "cancel"):
        assert stranger.send(f"{TEAM}/invitations/{invited.id}/{what}", sent()).status_code == 404
    named = member.rpartition("/")[2]
    assert stranger.send(f"{TEAM}/transfer", sent(member_id=named)).status_code == 404
    assert "zoe@acme.example" not in stranger.open(TEAM).text
    for path in (TEAM, member, f"{TEAM}/transfer", f"{TEAM}/leave"):
        assert browser().open(path).status_code == browser().open(f"{TEAM}/members/{uuid4()}").status_code == 401
