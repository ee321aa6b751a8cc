"""A session that ends in the middle of a form: nothing typed is lost, and nothing is sent by itself."""

import re
from collections.abc import Callable
from unittest.mock import MagicMock
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.orm import Session

from database.api_keys import hash_key
from portal.account.every import OF_ACCOUNT
from tests.portal.conftest import Link
from tests.portal.forms import done, sent
from tests.portal.running_portal import OURS, Browser
from workers.wiring import Work

RECIPIENTS, PARKED = "/account/settings/recipients", "/parked"
TYPED = "books@acme.example\nboss@acme.example"
NewBrowser = Callable[..., Browser]
NewCustomer = Callable[..., UUID]


def _end(books: Session, browser: Browser) -> None:
    """As if nothing had been done for half an hour."""
    ended = text("UPDATE portal_sessions SET seen_at = seen_at - interval '31 minutes' WHERE token_sha256 = :hashed")
    books.execute(ended, {"hashed": hash_key(browser.http.cookies["cashbeat"])})


def _said(books: Session, account_id: UUID) -> list[str]:
    said = text("SELECT kind FROM operations WHERE body ->> 'account_id' = :id ORDER BY created_at")
    return list(books.scalars(said, {"id": str(account_id)}))


def test_what_was_typed_is_seen_again_changed_and_sent(
    signed_in: NewBrowser, new_customer: NewCustomer, new_link: Link, books_of_portal: Session, hands_of_portal: Work
) -> None:
    account_id = new_customer()
    ada = signed_in(account_id)
    _end(books_of_portal, ada)
    form = sent(invoices=TYPED, credits="<script>")
    over = ada.send(RECIPIENTS, form)
    assert over.status_code == 401
    assert "What you typed is kept" in over.text
    cookie = over.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "Max-Age=900" in cookie
    entered = ada.send(new_link(account_id))
    assert entered.headers["location"] == PARKED
    page = ada.open(PARKED)
    for told in (f"{TYPED}</textarea>", 'value="&lt;script&gt;"', form["operation_key"], "nothing was done"):
        assert told in page.text, told
    assert _said(books_of_portal, account_id) == [], "it is not sent by itself"
    again = ada.send(PARKED, {**form, "credits": ""})
    assert (again.status_code, again.headers["location"]) == (307, RECIPIENTS)
    said = ada.http.post(RECIPIENTS, data={**form, "credits": ""}, headers=OURS)
    done(hands_of_portal, said)
    assert _said(books_of_portal, account_id) == ["update_account"]
    assert ada.open(PARKED).headers["location"] == "/", "it is seen no more"
    kept = books_of_portal.execute(text("SELECT fields::text FROM parked_forms")).scalars().all()
    assert TYPED not in str(kept)


def test_what_costs_something_is_not_sent_from_there(
    signed_in: NewBrowser, new_customer: NewCustomer, new_link: Link, books_of_portal: Session
) -> None:
    purchase, invoice = "/account/credits/purchase/pack", f"/account/invoices/{uuid4()}"
    for path, page in ((purchase, purchase), (f"{invoice}/pay", invoice)):
        account_id = new_customer()
        ada = signed_in(account_id)
        _end(books_of_portal, ada)
        form = sent(total_minor="4900", card_id=str(uuid4()))
        assert ada.send(path, form).status_code == 401
        ada.send(new_link(account_id))
        shown = ada.open(PARKED).text
        assert f'href="{page}"' in shown
        for machines in ("Send it now", "4900", "minor", form["operation_key"]):
            assert machines not in shown, machines
        again = ada.send(PARKED, form)
        assert (again.status_code, again.headers["location"]) == (303, page)
        assert _said(books_of_portal, account_id) == []


def test_it_is_nobody_elses(
    signed_in: NewBrowser, new_customer: NewCustomer, new_link: Link, books_of_portal: Session, browser: NewBrowser
) -> None:
    account_id = new_customer()
    ada = signed_in(account_id)
    _end(books_of_portal, ada)
    ada.send(RECIPIENTS, sent(invoices=TYPED))
    elsewhere = browser()
    elsewhere.enter(new_link(account_id))
    assert elsewhere.open(PARKED).headers["location"] == "/", "another browser has no cookie for it"
    for other in (new_link(account_id, user_id="user_2"), new_link(new_customer())):
        ada.send(other)
        assert "books@acme.example" not in ada.http.get(PARKED, follow_redirects=True).text


def test_it_is_kept_for_a_quarter_of_an_hour_or_until_it_is_thrown_away(
    signed_in: NewBrowser, new_customer: NewCustomer, new_link: Link, books_of_portal: Session
) -> None:
    for ended in ("UPDATE parked_forms SET created_at = created_at - interval '16 minutes'", ""):
        account_id = new_customer()
        ada = signed_in(account_id)
        _end(books_of_portal, ada)
        ada.send(RECIPIENTS, sent(invoices=TYPED))
        ada.send(new_link(account_id))
        if ended:
            books_of_portal.execute(text(ended))
        else:
            assert ada.open(PARKED).status_code == 200
            ada.send(f"{PARKED}/forget")
        assert ada.open(PARKED).headers["location"] == "/"


def test_what_is_too_large_or_of_nobody_is_not_kept(
    signed_in: NewBrowser, new_customer: NewCustomer, books_of_portal: Session, browser: NewBrowser
) -> None:
    books_of_portal.execute(text("DELETE FROM parked_forms"))
    ada = signed_in(new_customer())
    _end(books_of_portal, ada)
    stranger = browser()
    stranger.http.cookies.set("cashbeat", "made-up", domain="127.0.0.1")
    tries = [
        ada.send(RECIPIENTS, sent(invoices="a" * 17_000)),
        ada.send("/leave", {"session": "all"}),
        ada.http.post(RECIPIENTS, content=b"\xff\xfe", headers=OURS),
        ada.http.post(RECIPIENTS, json={"invoices": TYPED}, headers=OURS),
        stranger.send(RECIPIENTS, sent(invoices=TYPED)),
        browser().send(RECIPIENTS, sent(invoices=TYPED)),
    ]
    for answer in tries:
        assert answer.status_code == 401
        assert "is kept" not in answer.text
        assert "set-cookie" not in answer.headers
    assert books_of_portal.execute(text("SELECT count(*) FROM parked_forms")).scalar_one() == 0
    for _ in range(7):
        assert "is kept" in ada.send(RECIPIENTS, sent(invoices=TYPED)).text
    standing = text("SELECT count(*) FROM parked_forms WHERE over_at IS NULL")
    assert books_of_portal.execute(standing).scalar_one() == 5


def test_a_form_of_a_session_that_is_over_is_answered_wherever_it_is_sent(
    signed_in: NewBrowser, new_customer: NewCustomer, books_of_portal: Session
) -> None:
    ada = signed_in(new_customer())
    _end(books_of_portal, ada)
    paths = [path for path in _paths() if path.startswith("/account/")]
    assert len(paths) > 20
    for path in paths:
        assert ada.send(path, sent(email="bea@acme.example")).status_code == 401, path


def _paths() -> list[str]:
    """All to which a form is sent; what they are about is nobody's."""
    routes = [route for page in OF_ACCOUNT for route in page(MagicMock()).routes() if "POST" in (route.methods or ())]
    return [re.sub(r"{[a-z_]+(:uuid)?}", str(uuid4()), route.path) for route in routes]
