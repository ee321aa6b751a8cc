"""Who opens a page when they are signed out is led to it once they are in, and nowhere else, whatever a cookie says."""

from collections.abc import Callable
from urllib.parse import quote
from uuid import UUID

import pytest

from tests.portal.conftest import Link
from tests.portal.running_portal import Browser

NewBrowser = Callable[..., Browser]
NewCustomer = Callable[..., UUID]
WANTED = "/account/invoices?status=paid&sort=-amount"
COOKIE = "cashbeat-wanted"


def test_a_page_is_opened_after_signing_in_and_once(
    browser: NewBrowser, new_customer: NewCustomer, new_link: Link
) -> None:
    ada, account_id = browser(), new_customer()
    refused = ada.open(WANTED)
    assert refused.status_code == 401
    assert {"HttpOnly", "Max-Age=3600"} <= set(refused.headers["set-cookie"].split("; "))
    assert ada.send(new_link(account_id)).headers["location"] == WANTED
    assert ada.open(WANTED).status_code == 200
    assert ada.send(new_link(account_id)).headers["location"] == "/"


def test_a_link_that_names_a_page_leads_there(browser: NewBrowser, new_customer: NewCustomer, new_link: Link) -> None:
    ada, account_id = browser(), new_customer()
    ada.open(WANTED)
    assert ada.send(new_link(account_id, target="credits")).headers["location"] == "/account/credits"


def test_what_is_no_page_of_an_account_is_not_remembered(browser: NewBrowser) -> None:
    ada = browser()
    for answer in (ada.open("/parked"), ada.send("/account/settings", {"a": "b"}), ada.open(f"/account/{'a' * 2_000}")):
        assert "set-cookie" not in answer.headers, answer.url


@pytest.mark.parametrize(
    "planted",
    ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/leave", "/enter/x",
     "account/", "/account/\\..\\evil", "/account/\r\nLocation: https://evil.example", "/account/\u0430",
     "/admin", "%"],
)  # fmt: skip
def test_a_cookie_that_somebody_planted_leads_nowhere_else(
    browser: NewBrowser, new_customer: NewCustomer, new_link: Link, planted: str
) -> None:
    ada = browser()
    ada.http.cookies.set(COOKIE, quote(planted), domain="127.0.0.1")
    assert ada.send(new_link(new_customer())).headers["location"] == "/"
