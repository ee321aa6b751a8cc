"""In by a link of the product's app, out by a button; and what becomes of links and sessions that are over."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from database.api_keys import hash_key
from schemas.permissions import Role
from tests.portal.conftest import BACK, Link
from tests.portal.running_portal import Browser

HOME = "/account/sessions"
NewBrowser = Callable[..., Browser]
NewCustomer = Callable[..., UUID]


def test_a_link_says_whose_account_it_is_and_its_button_opens_it(
    browser: NewBrowser, new_customer: NewCustomer, new_link: Link
) -> None:
    ada, link = browser(), new_link(new_customer("Ada's Engines"))
    told = ada.open(link)
    assert told.status_code == 200
    assert "Ada&#39;s Engines" in told.text
    assert "set-cookie" not in told.headers
    entered = ada.send(link)
    assert (entered.status_code, entered.headers["location"]) == (303, "/")
    page = ada.open("/", follow_redirects=True)
    assert (page.status_code, page.url.path) == (200, "/account/billing")
    assert "Ada&#39;s Engines" in page.text
    assert f'href="{BACK}"' in page.text


def test_whoever_looks_into_mails_uses_no_link_up(
    browser: NewBrowser, new_customer: NewCustomer, new_link: Link
) -> None:
    link = new_link(new_customer())
    for _ in range(3):
        scanner = browser()
        assert scanner.open(link).status_code == 200
        assert scanner.http.head(link).status_code == 200
    assert browser().enter(link).status_code == 303


def test_a_link_opens_once_also_for_two_at_the_same_moment(
    browser: NewBrowser, new_customer: NewCustomer, new_link: Link
) -> None:
    link = new_link(new_customer())
    with ThreadPoolExecutor(8) as hands:
        answers = list(hands.map(lambda each: each.send(link).status_code, [browser() for _ in range(8)]))
    assert sorted(answers) == [303, *[410] * 7]
    again = browser()
    for answer in (again.open(link), again.send(link)):
        assert answer.status_code == 410
        assert "Ask for another one" in answer.text
        assert f'href="{BACK}"' in answer.text
        assert "set-cookie" not in answer.headers


def test_after_five_minutes_a_link_asks_to_be_sent_again(
    browser: NewBrowser, new_customer: NewCustomer, new_link: Link, books_of_portal: Session
) -> None:
    link = new_link(new_customer())
    _age(books_of_portal, "portal_links", link.rpartition("/")[2], "5 minutes")
    assert browser().open(link).status_code == browser().send(link).status_code == 410
    assert browser().open("/enter/made-up").status_code == 410


def test_the_cookie_is_a_fresh_one_that_no_script_reads(
    browser: NewBrowser, new_customer: NewCustomer, new_link: Link, books_of_portal: Session
) -> None:
    """Session fixation: what somebody has planted in the browser before is worth nothing after."""
    victim, link = browser(), new_link(new_customer())
    victim.http.cookies.set("cashbeat", "planted", domain="127.0.0.1")
    entered = victim.send(link)
    cookie = entered.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie
    assert "Max-Age" not in cookie
    assert "planted" not in cookie
    attacker = browser()
    attacker.http.cookies.set("cashbeat", "planted", domain="127.0.0.1")
    assert attacker.open(HOME).status_code == 401
    kept = books_of_portal.execute(text("SELECT token_sha256 FROM portal_sessions")).scalars().all()
    value = entered.cookies["cashbeat"]
    assert hash_key(value) in kept
    assert value not in kept


def test_who_enters_again_has_another_cookie(browser: NewBrowser, new_customer: NewCustomer, new_link: Link) -> None:
    account_id, ada = new_customer(), browser()
    first, second = (ada.send(new_link(account_id)).cookies["cashbeat"] for _ in range(2))
    assert first != second


@pytest.mark.parametrize(("column", "age"), [("seen_at", "30 minutes"), ("ends_at", "12 hours")])
def test_a_session_that_is_idle_or_old_is_over(
    signed_in: NewBrowser, new_customer: NewCustomer, books_of_portal: Session, column: str, age: str
) -> None:
    ada = signed_in(new_customer())
    assert ada.open(HOME).status_code == 200
    _age(books_of_portal, "portal_sessions", ada.http.cookies["cashbeat"], age, column)
    over = ada.open(HOME)
    assert over.status_code == 401
    assert "sign in again" in over.text


def test_who_signs_out_is_out_and_so_is_whoever_has_the_cookie(
    signed_in: NewBrowser, browser: NewBrowser, new_customer: NewCustomer
) -> None:
    ada, thief = signed_in(new_customer()), browser()
    thief.http.cookies.update(ada.http.cookies)
    left = ada.send("/leave")
    assert left.status_code == 200
    assert f'href="{BACK}"' in left.text
    assert '"cookies"' not in left.headers["clear-site-data"], "they belong to the product, too"
    assert not ada.http.cookies.get("cashbeat")
    assert thief.open(HOME).status_code == ada.open(HOME).status_code == 401


def test_sessions_are_listed_and_ended_one_by_one_or_everywhere(
    signed_in: NewBrowser, new_customer: NewCustomer, books_of_portal: Session
) -> None:
    account_id = new_customer()
    here, there, elsewhere = (signed_in(account_id) for _ in range(3))
    stranger, others = signed_in(account_id, user_id="user_2"), signed_in(new_customer())
    page = here.open(HOME)
    assert page.text.count('name="session" value=') == 4, "three, and all of them"
    assert page.text.count("A browser of the tests") == 3
    known = text("SELECT id FROM portal_sessions WHERE token_sha256 = :hashed")

    def session_of(other: Browser) -> str:
        return str(books_of_portal.execute(known, {"hashed": hash_key(other.http.cookies["cashbeat"])}).scalar_one())

    assert here.send("/leave", {"session": session_of(there)}).headers["location"] == HOME
    assert (there.open(HOME).status_code, here.open(HOME).status_code) == (401, 200)
    for another in (stranger, others):
        here.send("/leave", {"session": session_of(another)})
        assert another.open(HOME).status_code == 200, "it is not one's own"
    assert here.send("/leave", {"session": "all"}).status_code == 200
    assert elsewhere.open(HOME).status_code == here.open(HOME).status_code == 401
    assert stranger.open(HOME).status_code == others.open(HOME).status_code == 200


def test_who_is_taken_out_of_the_team_is_refused_at_once(
    signed_in: NewBrowser, new_customer: NewCustomer, books_of_portal: Session
) -> None:
    account_id = new_customer()
    bea = signed_in(account_id, user_id="user_bea", role=Role.ADMIN)
    assert bea.open(HOME).status_code == 200
    books_of_portal.execute(
        text(
            "INSERT INTO account_members (id, account_id, user_id, email, role, joined_at)"
            " VALUES (gen_random_uuid(), :account_id, 'user_1', 'ada@acme.example', 'owner', now())"
        ),
        {"account_id": account_id},
    )
    refused = bea.open(HOME)
    assert refused.status_code == 403
    assert "not in the team" in refused.text


def test_nobody_sees_anything(browser: NewBrowser) -> None:
    one = f"{uuid4()}"
    for path in (HOME, "/account/billing", "/account/invoices", f"/account/invoices/{one}/pdf", f"/operations/{one}"):
        assert browser().open(path).status_code == 401
    for path in ("/leave", f"/account/billing/{one}/cancel", f"/account/billing/{one}/keep"):
        assert browser().send(path).status_code == 401


def _age(books: Session, table: str, token: str, age: str, column: str = "") -> None:
    """As if so much time had passed."""
    ends = {"portal_links": "created_at, expires_at", "portal_sessions": "started_at, ends_at"}[table]
    columns = "seen_at" if column == "seen_at" else ends
    changed = ", ".join(f"{each} = {each} - interval '{age}'" for each in columns.split(", "))
    books.execute(text(f"UPDATE {table} SET {changed} WHERE token_sha256 = :hashed"), {"hashed": hash_key(token)})  # noqa: S608
