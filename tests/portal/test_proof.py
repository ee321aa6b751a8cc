"""What is dangerous asks again who it is: by a code of a mail, for five minutes, and nothing typed is lost by it."""

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from billing.cards.queries import list_cards
from documents.notices import render_notice
from schemas.account_facts import SignInFacts
from tests.billing.subscribers import Books
from tests.billing.teams import MONDAY, Team
from tests.documents.notices import SAMPLES
from tests.portal.conftest import Link
from tests.portal.forms import sent
from tests.portal.mailbox import Mailbox
from tests.portal.running_portal import OURS, Browser
from workers.wiring import Work

PROOF, CODE, PARKED = "/proof", "/proof/code", "/parked"
SETTINGS, TRANSFER = "/account/settings", "/account/team/transfer"
NewBrowser = Callable[..., Browser]
NewCustomer = Callable[..., UUID]
# of both forms that are on another page, and of those that have one of their own
DANGEROUS = {
    f"{SETTINGS}/email": {"billing_email": "new@acme.example"},
    f"{SETTINGS}/delete": {"confirm_name": "Acme Corp"},
    TRANSFER: {"member_id": "{bea}"},
    "/account/team/invite": {"email": "new@acme.example", "role": "owner"},
    "/account/team/members/{bea}": {"role": "owner"},
    "/account/team/members/{ada}/remove": {},
    "/account/payment-methods/{card}/remove": {"allow_last": "yes"},
}

# whose page is another's, and asks nobody who they are
ON_ANOTHER = {path for path in DANGEROUS if path.endswith(("/email", "/invite", "/{bea}", "/{ada}/remove"))}


class People:
    """Ada, who owns an account with a card, by the product's link; and Bea, whom she could make the owner."""

    def __init__(self, subscribers: Books, account_id: UUID) -> None:
        self.account_id = account_id
        self.email = f"{account_id.hex}@acme.example"
        team = Team(subscribers.database, account_id, 10)
        subscribers.give_card(account_id, MONDAY)
        for user_id, name, role in (("user_bea", "bea", "admin"), ("user_ada", "ada", "owner")):
            email = self.email if name == "ada" else f"bea.{self.email}"
            team.invite(email, role, by=None, at=MONDAY)
            team.accept(team.token(), user_id, name=name.capitalize())
        ada, bea = team.member("user_ada"), team.member("user_bea")
        assert ada is not None
        assert bea is not None
        with subscribers.database.transaction() as session:
            (card,) = list_cards(session, account_id)
        self.things = {"ada": str(ada.id), "bea": str(bea.id), "card": str(card.id)}

    def filled(self, path: str) -> tuple[str, dict[str, str]]:
        """Where a form is sent, and what it says."""
        said = {name: value.format(**self.things) for name, value in DANGEROUS[path].items()}
        return path.format(**self.things), sent(**said)


@pytest.fixture
def people(subscribers: Books, new_customer: NewCustomer) -> People:
    """Those of a new account."""
    return People(subscribers, new_customer())


@pytest.fixture
def ada_unproven(signed_in: NewBrowser, people: People) -> Browser:
    """Her browser."""
    return signed_in(people.account_id, user_id="user_ada")


def _ask(browser: Browser, back: str = "") -> str:
    """Have a code mailed; the page on which it is typed."""
    asked = browser.send(f"{PROOF}?back={back}" if back else PROOF)
    assert asked.status_code == 303, asked.text
    where: str = asked.headers["location"]
    assert where.startswith(CODE)
    assert browser.open(where).status_code == 200
    return where


def _kinds(books: Session, account_id: UUID) -> list[str]:
    said = text("SELECT kind FROM operations WHERE caller LIKE :caller ORDER BY created_at")
    return list(books.scalars(said, {"caller": f"user/{account_id}/%"}))


def _led_to(answer: httpx.Response) -> str:
    """The page to which somebody is led who has shown that it is them."""
    parts = urlsplit(answer.headers["location"])
    assert (answer.status_code, parts.path) == (303, PROOF)
    return parse_qs(parts.query)["back"][0]


@pytest.mark.parametrize("path", DANGEROUS)
def test_a_form_is_kept_until_it_is_shown_who_it_is_and_sent_then(
    path: str, people: People, ada_unproven: Browser, mailbox: Mailbox, books_of_portal: Session
) -> None:
    action, fields = people.filled(path)
    _led_to(ada_unproven.send(action, fields))
    assert _kinds(books_of_portal, people.account_id) == [], "nothing is done yet"
    assert people.email in ada_unproven.open(PROOF).text
    where, before = _ask(ada_unproven), ada_unproven.http.cookies["cashbeat"]
    mail = mailbox.of(people.email)
    assert (mail.is_there, mail.sign_in_url) == (True, "")
    proven = ada_unproven.send(where, {"code": f"{mail.code[:4]} {mail.code[4:]}"})
    assert (proven.status_code, proven.headers["location"]) == (303, PARKED)
    assert ada_unproven.http.cookies["cashbeat"] != before, "whoever has copied the one before is out"
    page = ada_unproven.open(PARKED).text
    for value in fields.values():
        assert value in page
    said = ada_unproven.http.post(ada_unproven.send(PARKED, fields).headers["location"], data=fields, headers=OURS)
    assert said.headers["location"].startswith("/operations/")
    assert len(_kinds(books_of_portal, people.account_id)) == 1


def test_the_page_of_such_a_form_asks_before_anything_is_typed_and_is_come_back_to(
    people: People, ada_unproven: Browser, mailbox: Mailbox
) -> None:
    for path in DANGEROUS:
        if path in ON_ANOTHER:
            continue
        action, _ = people.filled(path)
        back = _led_to(ada_unproven.http.get(ada_unproven.open(action).url))
        assert back.startswith(f"{action}?form=")
    where = _ask(ada_unproven, back)
    come = ada_unproven.send(where, {"code": mailbox.of(people.email).code})
    assert come.headers["location"] == back
    assert "Remove it" in ada_unproven.open(back).text
    again = ada_unproven.send(where, {"code": "00000000"})
    assert again.headers["location"] == back, "pressed twice it was shown already"


def test_it_holds_for_five_minutes_and_for_who_came_by_mail_at_once(
    people: People, ada_unproven: Browser, browser: NewBrowser, mailbox: Mailbox, books_of_portal: Session
) -> None:
    by_mail = browser()
    by_mail.send("/sign-in", {"email": people.email})
    assert by_mail.send("/sign-in/code", {"code": mailbox.of(people.email).code}).headers["location"] == "/"
    assert "Make them the owner" in by_mail.open(TRANSFER).text
    assert _led_to(ada_unproven.open(TRANSFER)), "the product's word alone is no proof"
    books_of_portal.execute(text("UPDATE portal_sessions SET proven_at = proven_at - interval '5 minutes'"))
    assert _led_to(by_mail.open(TRANSFER))
    assert by_mail.open("/account/team").status_code == 200


def test_a_code_is_the_browsers_that_asked_and_the_sessions_alone(
    people: People, ada_unproven: Browser, signed_in: NewBrowser, mailbox: Mailbox, new_link: Link
) -> None:
    where = _ask(ada_unproven)
    code = mailbox.of(people.email).code
    thief = signed_in(people.account_id, user_id="user_ada")
    assert thief.open(CODE).headers["location"].startswith(PROOF), "it has asked for none"
    _ask(thief)
    assert thief.send(CODE, {"code": code}).status_code == 422
    thief.http.cookies.set("cashbeat-proof", ada_unproven.http.cookies["cashbeat-proof"], domain="127.0.0.1")
    assert thief.send(CODE, {"code": code}).status_code == 422, "it is another session's"
    thief.http.cookies.set("cashbeat-sign-in", ada_unproven.http.cookies["cashbeat-proof"], domain="127.0.0.1")
    assert thief.send("/sign-in/code", {"code": code}).status_code == 422, "nobody is let in by it"
    wrong = f"{(int(code) + 1) % 10**8:08}"
    for _ in range(5):
        refused = ada_unproven.send(where, {"code": wrong})
        assert refused.status_code == 422
    assert "tried too often" in ada_unproven.send(where, {"code": code}).text
    assert _led_to(ada_unproven.open(TRANSFER))


def test_a_code_to_sign_in_by_is_none_here_and_nobody_is_led_away(
    people: People, ada_unproven: Browser, browser: NewBrowser, mailbox: Mailbox
) -> None:
    ada_unproven.send("/sign-in", {"email": people.email})
    code = mailbox.of(people.email).code
    ada_unproven.http.cookies.set("cashbeat-proof", ada_unproven.http.cookies["cashbeat-sign-in"], domain="127.0.0.1")
    assert ada_unproven.send(CODE, {"code": code}).status_code == 422
    for path in (PROOF, CODE):
        assert browser().open(path).status_code == browser().send(path).status_code == 401
        assert ada_unproven.send(path, {"code": code}, headers={**OURS, "Origin": "null"}).status_code == 403
    where = _ask(ada_unproven, "https://evil.example/account/")
    come = ada_unproven.send(where, {"code": mailbox.of(people.email).code})
    assert come.headers["location"] == "/"


def test_of_several_cards_one_is_removed_without(people: People, ada_unproven: Browser, subscribers: Books) -> None:
    subscribers.give_card(people.account_id, MONDAY)
    said = ada_unproven.send(
        f"/account/payment-methods/{people.things['card']}/remove", {"operation_key": str(uuid4())}
    )
    assert said.headers["location"].startswith("/operations/")


def test_where_no_team_is_kept_it_is_whoever_reads_the_accounts_mail(
    signed_in: NewBrowser, new_customer: NewCustomer, hands_of_portal: Work
) -> None:
    assert "billing@acme.example" in signed_in(new_customer()).open(PROOF).text


def test_its_mail_has_a_code_and_no_link_and_says_what_to_do_if_it_was_not_you() -> None:
    facts = replace(SAMPLES["portal_sign_in"], sign_in=SignInFacts("12345678", "", 10, 30, is_there=True))
    mail = render_notice("portal_sign_in", facts, "ada@acme.example")
    assert mail.subject.startswith("Confirm it at")
    for told in (mail.text, mail.html):
        assert "1234 5678" in told
        assert "sign out everywhere" in told
        assert "/sign-in/" not in told
