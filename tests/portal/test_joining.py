"""Into a team by the link of an invitation: as who one is, or in the name of the address; once, and nobody else."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from calls.run_command import run_command
from tests.billing.subscribers import Books
from tests.billing.teams import Team
from tests.portal.running_portal import Browser
from workers.wiring import Work

NewBrowser = Callable[..., Browser]
NewCustomer = Callable[..., UUID]
STAGED = text("SELECT id FROM operations WHERE kind = 'accept_invitation' AND state = 'ready'")


@pytest.fixture
def invite_to(subscribers: Books, new_customer: NewCustomer) -> Callable[[str, str], tuple[Team, str]]:
    """A team into which this address is invited, and the path of its mail."""

    def make(email: str, name: str) -> tuple[Team, str]:
        account_id, began = new_customer(name), datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
        subscribers.give_card(account_id, began)
        subscribers.subscribe(account_id, began, "growth")
        subscribers.answer(began)
        team = Team(subscribers.database, account_id, 10)
        return team, _invited(team, email)

    return make


@pytest.fixture
def joins(hands_of_portal: Work, books_of_portal: Session) -> Callable[..., list[httpx.Response]]:
    """What browsers are answered that press at once, while a worker does what comes."""

    def press(*browsers: Browser, path: str, **fields: str) -> list[httpx.Response]:
        with ThreadPoolExecutor(len(browsers)) as hands:
            answers = [hands.submit(each.send, path, fields) for each in browsers]
            while not all(map(Future.done, answers)):
                for operation_id in books_of_portal.scalars(STAGED).all():
                    run_command(hands_of_portal, operation_id)
        return [answer.result() for answer in answers]

    return press


def _invited(team: Team, email: str) -> str:
    """Where the mail leads."""
    now = datetime.now(UTC)
    team.invite(email, "viewer", by=None, at=now)
    return f"/join/{team.token(at=now)}"


def _key() -> dict[str, str]:
    return {"operation_key": str(uuid4())}


def _members(books: Session, team: Team) -> list[tuple[str, str, str]]:
    found = text("SELECT user_id, email, role FROM account_members WHERE account_id = :id ORDER BY joined_at, user_id")
    return [tuple(row) for row in books.execute(found, {"id": team.account_id})]


def test_who_is_not_signed_in_joins_by_the_address_that_the_mail_went_to(
    browser: NewBrowser, invite_to: Callable[[str, str], tuple[Team, str]], joins: Callable[..., list[httpx.Response]],
    books_of_portal: Session,
) -> None:  # fmt: skip
    team, path = invite_to("Bea1@joining.example", "Firm <b>")
    for _ in range(3):
        scanner = browser()
        told = scanner.open(path)
        assert (told.status_code, "set-cookie" in told.headers) == (200, False)
        assert scanner.http.head(path).status_code == 200
    for shown in ("Firm &lt;b&gt;", "viewer", "Bea1@joining.example"):
        assert shown in told.text, shown
    bea = browser()
    for forged in ({}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
        assert bea.send(path, _key(), forged).status_code == 403
    assert bea.send(path).status_code == 400, "a form without a key"
    key = _key()
    first, again = joins(bea, bea, path=path, **key)
    assert (first.status_code, again.status_code) == (200, 200), "pressed twice it is one"
    assert ("You are in the team now" in first.text, 'href="/sign-in"' in first.text) == (True, True)
    assert ("bea1@joining.example", "Bea1@joining.example", "viewer") in _members(books_of_portal, team)
    assert "in the team now" in bea.send(path, key).text, "also after it is over"
    for over in (browser().open(path), browser().send(path, _key())):
        assert (over.status_code, "This invitation is over" in over.text) == (410, True)


def test_who_is_signed_in_joins_as_who_they_are_whatever_their_form_says(
    signed_in: NewBrowser, new_customer: NewCustomer, invite_to: Callable[[str, str], tuple[Team, str]],
    joins: Callable[..., list[httpx.Response]], books_of_portal: Session,
) -> None:  # fmt: skip
    team, path = invite_to("bea2@joining.example", "Second firm")
    cleo = signed_in(new_customer(), user_id="user_cleo")
    shown = cleo.open(path).text
    assert ("user_cleo" in shown, 'action="/leave"' in shown) == (True, True)
    (said,) = joins(cleo, path=path, user_id="user_1", **_key())
    assert (said.status_code, 'href="/"' in said.text) == (200, True), said.text
    members = _members(books_of_portal, team)
    assert ("user_cleo", "bea2@joining.example", "viewer") in members
    twice = _invited(team, "cleo@joining.example")
    (refused,) = joins(cleo, path=twice, **_key())
    assert (refused.status_code, "in this team already" in refused.text) == (409, True)
    assert cleo.open(twice).status_code == 200, "the invitation stays good"
    assert _members(books_of_portal, team) == members


def test_of_two_who_have_the_link_one_joins(
    browser: NewBrowser, signed_in: NewBrowser, new_customer: NewCustomer, books_of_portal: Session,
    invite_to: Callable[[str, str], tuple[Team, str]], joins: Callable[..., list[httpx.Response]],
) -> None:  # fmt: skip
    team, path = invite_to("bea3@joining.example", "Third firm")
    before = len(_members(books_of_portal, team))
    bea, cleo = browser(), signed_in(new_customer(), user_id="user_cleo")
    answers = joins(bea, cleo, path=path, **_key())
    assert sorted(answer.status_code for answer in answers) in ([200, 409], [200, 410])
    assert len(_members(books_of_portal, team)) == before + 1


@pytest.mark.parametrize("token", ["made-up", "a" * 43, "%00", "..%2f..%2faccount", "<b>"])
def test_what_is_no_invitation_opens_nothing(browser: NewBrowser, token: str) -> None:
    assert browser().open(f"/join/{token}").status_code in {404, 410}
    assert browser().send(f"/join/{token}", _key()).status_code in {404, 410}
