"""In by mail: a code for the browser that asked, a link for any; and nobody learns of an address by asking."""

import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from billing.callers.ask_to_sign_in import Asking, ask_to_sign_in
from billing.callers.tables import SignIn
from billing.callers.turn_reader_out import turn_reader_out
from database.outbox import OutboxEntry
from documents.notices import render_notice
from ingress.connection_limit import network_of
from schemas.account_facts import SignInFacts
from tests.billing.teams import Team
from tests.documents.notices import SAMPLES
from tests.portal.conftest import Link
from tests.portal.mailbox import PORTAL, Mailbox
from tests.portal.running_portal import Browser
from workers.wiring import Work

ASK, CODE, ACCOUNTS = "/sign-in", "/sign-in/code", "/sign-in/accounts"
HOME = "/account/billing"
NewBrowser = Callable[..., Browser]
NewCustomer = Callable[..., UUID]


@pytest.fixture
def with_team(hands_of_portal: Work, new_customer: NewCustomer) -> Callable[[str, str], UUID]:
    """An account with somebody in its team who reads this address."""

    def make(email: str, name: str) -> UUID:
        account_id = new_customer(name)
        team = Team(hands_of_portal.database, account_id)
        team.invite(email, "viewer", by=None)
        team.accept(team.token(), f"user of {name}", name="Bea")
        return account_id

    return make


def _ask(browser: Browser, email: str) -> httpx.Response:
    asked = browser.send(ASK, {"email": email})
    assert (asked.status_code, asked.headers["location"]) == (303, CODE), asked.text
    return asked


def _path(mail: SignInFacts) -> str:
    assert mail.sign_in_url.startswith(f"{PORTAL}/sign-in/")
    return mail.sign_in_url.removeprefix(PORTAL)


def test_a_code_lets_the_browser_in_that_asked_and_no_other(
    browser: NewBrowser, with_team: Callable[[str, str], UUID], mailbox: Mailbox
) -> None:
    with_team("bea1@acme.example", "First Corp")
    bea, thief = browser(), browser()
    cookie = _ask(bea, "bea1@acme.example").headers["set-cookie"]
    for told in ("HttpOnly", "SameSite=lax", "Path=/"):
        assert told in cookie
    mail = mailbox.of("bea1@acme.example")
    assert re.fullmatch("[0-9]{8}", mail.code)
    _ask(thief, "nobody1@acme.example")
    assert thief.send(CODE, {"code": mail.code}).status_code == 422
    assert browser().send(CODE, {"code": mail.code}).headers["location"] == ASK, "it has asked for none"
    entered = bea.send(CODE, {"code": f" {mail.code[:4]} {mail.code[4:]} "})
    assert (entered.status_code, entered.headers["location"]) == (303, "/")
    page = bea.open(HOME)
    assert "First Corp" in page.text
    assert bea.send(f"{HOME}/{'0' * 8}-0000-0000-0000-{'0' * 12}/keep").status_code == 403, "a viewer stays one"
    assert bea.send(CODE, {"code": mail.code}).status_code in (303, 422)
    assert browser().open(_path(mail)).status_code == 410, "one of the two is enough"


def test_a_link_lets_any_browser_in_once_whoever_has_opened_it_before(
    browser: NewBrowser, with_team: Callable[[str, str], UUID], mailbox: Mailbox
) -> None:
    with_team("bea2@acme.example", "Second Corp")
    _ask(browser(), "bea2@acme.example")
    path = _path(mailbox.of("bea2@acme.example"))
    for _ in range(3):
        scanner = browser()
        assert scanner.open(path).status_code == 200
        assert scanner.http.head(path).status_code == 200
        assert "set-cookie" not in scanner.open(path).headers
    with ThreadPoolExecutor(4) as hands:
        answers = list(hands.map(lambda each: each.send(path).status_code, [browser() for _ in range(4)]))
    assert sorted(answers) == [303, 410, 410, 410]
    assert "Ask for another mail" in browser().open(path).text


def test_nobody_learns_of_an_address_by_asking(
    browser: NewBrowser, with_team: Callable[[str, str], UUID], mailbox: Mailbox
) -> None:
    with_team("bea3@acme.example", "Third Corp")
    seen, took = [], []
    for email in ("bea3@acme.example", "nobody3@acme.example"):
        times = []
        for _ in range(3):
            each, began = browser(), time.perf_counter()
            asked = _ask(each, email)
            times.append(time.perf_counter() - began)
        wrong = each.send(CODE, {"code": "00000000"})
        shown = [asked, each.open(CODE), wrong, each.open(ACCOUNTS)]
        plain = {"date", "x-request-id", "set-cookie"}
        headers = [{k: v for k, v in answer.headers.items() if k not in plain} for answer in shown]
        seen.append([(answer.status_code, answer.text, header) for answer, header in zip(shown, headers, strict=True)])
        took.append(min(times))
    assert seen[0] == seen[1]
    assert max(took) < 5 * min(took) + 0.05
    assert mailbox.newest("nobody3@acme.example") is None
    assert "Third Corp" not in str(seen)


def test_a_code_is_tried_five_times_and_then_it_is_over(
    browser: NewBrowser, with_team: Callable[[str, str], UUID], mailbox: Mailbox
) -> None:
    with_team("bea4@acme.example", "Fourth Corp")
    bea = browser()
    _ask(bea, "bea4@acme.example")
    mail = mailbox.of("bea4@acme.example")
    wrong = f"{(int(mail.code) + 1) % 10**8:08}"
    with ThreadPoolExecutor(5) as hands:
        codes = list(hands.map(lambda code: bea.send(CODE, {"code": code}).status_code, [wrong] * 5))
    assert codes == [422] * 5
    over = bea.send(CODE, {"code": mail.code})
    assert (over.status_code, "tried too often" in over.text) == (422, True)
    assert "<form" not in over.text
    assert bea.open(HOME).status_code == 401
    assert browser().send(_path(mail)).status_code == 303, "the link was not guessed at"


@pytest.mark.parametrize(("minutes", "code", "link"), [(9, 303, 410), (11, 422, 303), (31, 422, 410)])
def test_a_code_is_good_for_ten_minutes_and_a_link_for_thirty(
    browser: NewBrowser, with_team: Callable[[str, str], UUID], mailbox: Mailbox, books_of_portal: Session,
    minutes: int, code: int, link: int,
) -> None:  # fmt: skip
    email = f"late{minutes}@acme.example"
    with_team(email, f"Late {minutes}")
    bea = browser()
    _ask(bea, email)
    mail = mailbox.of(email)
    aged = text("UPDATE sign_ins SET created_at = created_at - make_interval(mins => :minutes) WHERE email = :email")
    books_of_portal.execute(aged, {"minutes": minutes, "email": email})
    assert bea.send(CODE, {"code": mail.code}).status_code == code
    assert browser().send(_path(mail)).status_code == link


def test_who_is_in_several_teams_chooses_after_the_proof(
    browser: NewBrowser, with_team: Callable[[str, str], UUID], mailbox: Mailbox, new_customer: NewCustomer
) -> None:
    with_team("bea5@acme.example", "Fifth Corp")
    wanted, foreign = with_team("Bea5@Acme.example", "Sixth & Sons"), new_customer("Foreign")
    bea = browser()
    _ask(bea, "bea5@acme.example")
    assert bea.open(ACCOUNTS).status_code == 410, "nothing is proved yet"
    chosen = bea.send(CODE, {"code": mailbox.of("bea5@acme.example").code})
    assert chosen.headers["location"] == ACCOUNTS
    page = bea.open(ACCOUNTS)
    assert "Fifth Corp" in page.text
    assert "Sixth &amp; Sons" in page.text
    assert bea.open(HOME).status_code == 401
    for other in (str(foreign), "x", ""):
        assert bea.send(ACCOUNTS, {"account": other}).status_code == 410
    assert bea.send(ACCOUNTS, {"account": str(wanted)}).headers["location"] == HOME, "the page that she wanted"
    assert "Sixth &amp; Sons" in bea.open(HOME).text
    assert bea.send(ACCOUNTS, {"account": str(wanted)}).status_code == 410, "a proof is good once"


def test_without_a_team_whoever_reads_the_billing_email_looks_after_bills(
    browser: NewBrowser, new_customer: NewCustomer, mailbox: Mailbox, books_of_portal: Session
) -> None:
    account_id = new_customer("Alone Corp")
    renamed = text("UPDATE accounts SET billing_email = 'Books@alone.example' WHERE id = :id")
    books_of_portal.execute(renamed, {"id": account_id})
    ada = browser()
    _ask(ada, "books@alone.example")
    mail = mailbox.of("books@alone.example")
    assert ada.send(CODE, {"code": mail.code}).status_code == 303
    assert "Alone Corp" in ada.open(HOME).text
    assert ada.open("/account/invoices").status_code == 200
    assert ada.open("/account/settings/delete").status_code == 403, "that is for owners"
    turn_reader_out(books_of_portal, UUID(str(account_id)), "Books@alone.example")
    assert ada.open(HOME).status_code == 401, "who reads the bills no more is out"
    closed = text("UPDATE accounts SET closed_at = now(), keep_until = now() + interval '10 years' WHERE id = :id")
    books_of_portal.execute(closed, {"id": account_id})
    _ask(ada, "books@alone.example")
    assert mailbox.newest("books@alone.example") is None, "what was deleted lets nobody in"


def test_where_nobody_has_said_where_the_portal_is_there_is_the_code_alone(mailbox: Mailbox) -> None:
    facts = replace(SAMPLES["portal_sign_in"], sign_in=SignInFacts("12345678", "", 10, 30))
    mail = render_notice("portal_sign_in", facts, "bea@acme.example")
    assert "1234 5678" in mail.text
    for form in (mail.text, mail.html):
        assert "link" not in form
        assert "/sign-in/" not in form


def _mails_to(books: Session, email: str) -> int:
    asked = select(SignIn.id).where(SignIn.email == email)
    return len(books.scalars(select(OutboxEntry.id).where(OutboxEntry.subject_id.in_(asked))).all())


def test_five_mails_go_to_an_address_within_an_hour_and_one_place_asks_for_three(
    browser: NewBrowser, with_team: Callable[[str, str], UUID], books_of_portal: Session
) -> None:
    email = "bea7@acme.example"
    with_team(email, "Seventh Corp")
    for _ in range(7):
        _ask(browser(), email)
    assert _mails_to(books_of_portal, email) == 3
    for network in ("192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.3"):
        assert _asked(books_of_portal, network, 30, email), "whoever is refused is not told"
    assert _mails_to(books_of_portal, email) == 5
    other = "bea99@acme.example"
    for _ in range(7):
        _asked(books_of_portal, "192.0.2.4", 0, other)
    assert _mails_to(books_of_portal, other) == 5, "behind a proxy all of them come from one place"
    wrong = browser().send(ASK, {"email": "<b>"})
    assert (wrong.status_code, 'href="#email"' in wrong.text, "<b>" in wrong.text) == (422, True, False)


def test_a_stranger_cannot_keep_out_who_has_signed_in_with_their_browser_before(
    browser: NewBrowser, with_team: Callable[[str, str], UUID], mailbox: Mailbox, books_of_portal: Session
) -> None:
    email, other = "bea10@acme.example", "cleo10@acme.example"
    with_team(email, "Tenth Corp")
    with_team(other, "Eleventh Corp")
    bea = browser()
    _ask(bea, email)
    entered = bea.send(CODE, {"code": mailbox.of(email).code})
    known = next(each for each in entered.headers.get_list("set-cookie") if each.startswith("cashbeat-known="))
    assert {"HttpOnly", "SameSite=lax", "Max-Age=7776000"} <= set(known.split("; "))
    bea.send("/leave")
    books_of_portal.execute(text("DELETE FROM sign_ins"))
    for number in range(9):
        _asked(books_of_portal, f"192.0.2.{number}", 30, email)
    before = _mails_to(books_of_portal, email)
    _ask(browser(), email)
    assert _mails_to(books_of_portal, email) == before, "the hour has no place left for strangers"

    _ask(bea, "Bea10@acme.example")
    assert bea.send(CODE, {"code": mailbox.of("Bea10@acme.example").code}).headers["location"] == "/"
    assert bea.send("/proof").status_code == 303
    assert _mails_to(books_of_portal, email) == before + 1, "nor who is signed in and asked who it is"
    for _ in range(9):
        _ask(bea, other)
    assert _mails_to(books_of_portal, other) == 3, "of another address it is a stranger"
    thief = browser()
    thief.http.cookies.set("cashbeat-known", "made-up", domain="127.0.0.1")
    _ask(thief, email)
    assert _mails_to(books_of_portal, email) == before + 1
    for _ in range(9):
        _ask(bea, email)
    assert _mails_to(books_of_portal, email) + 1 == before + 5, "five, and that is all"


def test_one_place_asks_thirty_times_an_hour_and_what_is_over_is_forgotten(
    browser: NewBrowser, books_of_portal: Session
) -> None:
    books_of_portal.execute(text("DELETE FROM sign_ins"))
    for number in range(30):
        _ask(browser(), f"many{number}@acme.example")
    refused = browser().send(ASK, {"email": "more@acme.example"})
    assert (refused.status_code, "Too many mails" in refused.text) == (429, True)
    books_of_portal.execute(text("UPDATE sign_ins SET created_at = created_at - interval '61 minutes'"))
    _ask(browser(), "later@acme.example")


def test_whoever_has_a_network_of_the_sixth_version_has_one_place_in_it(books_of_portal: Session) -> None:
    books_of_portal.execute(text("DELETE FROM sign_ins"))
    of_one = [str(network_of(f"2001:db8::{number:x}")) for number in range(1, 4)]
    of_another = str(network_of("2001:db8:0:1::1"))
    asked = [_asked(books_of_portal, network, 2) for network in (*of_one, of_another)]
    assert asked == [True, True, False, True]
    assert _asked(books_of_portal, of_one[0], 0), "behind a proxy nobody is counted by that"


def _asked(books: Session, network: str, at_most: int, email: str = "") -> bool:
    asking = Asking(email or f"{uuid4().hex}@acme.example", uuid4().hex, network)
    return ask_to_sign_in(books, asking, at_most, datetime.now(UTC))


def test_after_too_many_wrong_codes_of_all_no_code_is_taken_and_links_are(
    browser: NewBrowser, with_team: Callable[[str, str], UUID], mailbox: Mailbox, books_of_portal: Session
) -> None:
    with_team("bea8@acme.example", "Eighth Corp")
    ada = browser()
    _ask(ada, "bea8@acme.example")
    mailed = mailbox.of("bea8@acme.example")
    _ask(browser(), "guessed@acme.example")
    guessed = text("UPDATE sign_ins SET tries = 500 WHERE email = 'guessed@acme.example'")
    books_of_portal.execute(guessed)
    refused = ada.send(CODE, {"code": mailed.code})
    assert (refused.status_code, "No code can be typed" in refused.text) == (422, True)
    link = mailed.sign_in_url.removeprefix(PORTAL)
    assert ada.send(link).status_code == 303, "the link of the same mail leads in"
    books_of_portal.execute(text("DELETE FROM sign_ins WHERE email = 'guessed@acme.example'"))


def test_a_link_that_is_over_leads_to_signing_in(
    browser: NewBrowser, new_customer: NewCustomer, new_link: Link
) -> None:
    link = new_link(new_customer())
    assert browser().enter(link).status_code == 303
    for page in (browser().open(link), browser().open(HOME)):
        assert 'href="/sign-in"' in page.text
    for path in ("/sign-in/made-up",):
        assert browser().open(path).status_code == browser().send(path).status_code == 410
    assert browser().http.post(ASK, data={"email": "a@acme.example"}).status_code == 403, "not a form of ours"


def test_a_code_is_not_used_up_by_who_is_not_let_in(
    browser: NewBrowser, with_team: Callable[[str, str], UUID], mailbox: Mailbox, books_of_portal: Session
) -> None:
    """The session cannot be written: so nothing was proved either."""
    with_team("bea9@acme.example", "Ninth Corp")
    bea = browser()
    _ask(bea, "bea9@acme.example")
    code = mailbox.of("bea9@acme.example").code
    books_of_portal.execute(text("REVOKE INSERT ON portal_sessions FROM cashbeat_portal"))
    try:
        assert bea.send(CODE, {"code": code}).status_code == 500
    finally:
        books_of_portal.execute(text("GRANT INSERT ON portal_sessions TO cashbeat_portal"))
    assert bea.send(CODE, {"code": code}).headers["location"] == "/"
    assert "Ninth Corp" in bea.open(HOME).text
