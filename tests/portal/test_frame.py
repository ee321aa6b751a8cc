"""What holds for every answer of the portal: what it tells browsers, which forms it takes, how it refuses."""

from collections.abc import Callable
from uuid import UUID

import httpx
import pytest

from portal.site import site_of
from settings import Settings
from tests.portal.conftest import Link
from tests.portal.running_portal import OURS, Browser

NewBrowser = Callable[..., Browser]
NewCustomer = Callable[..., UUID]
HOME = "/account/sessions"
CROSS = ("cross-site", "same-site", "none", "Same-Origin", "same-origin, same-origin", "")


def test_every_answer_holds_the_browser_to_the_same_rules(
    signed_in: NewBrowser, browser: NewBrowser, new_customer: NewCustomer
) -> None:
    ada = signed_in(new_customer())
    answers = [ada.open(HOME), ada.open("/"), browser().open(HOME), browser().open("/no/such"), ada.send("/leave")]
    assert {answer.status_code for answer in answers} == {200, 303, 401, 404}
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        for rule in ("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"):
            assert rule in policy
        assert "unsafe" not in policy
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "style=" not in answer.text
        assert "<script" not in answer.text
        assert answer.headers["x-request-id"]


def test_what_opens_something_is_told_to_no_other_page_and_its_own_form_is_taken(
    browser: NewBrowser, new_customer: NewCustomer, new_link: Link, portal_address: str
) -> None:
    ada, link = browser(), new_link(new_customer())
    answers = [ada.open(path) for path in (link, "/enter/made-up", "/sign-in/made-up", "/join/made-up")]
    for answer in answers:
        assert answer.headers.get_list("referrer-policy") == ["strict-origin"], answer.url
    # with that policy browsers say of a form where it comes from, and the answer leads on by the same one
    entered = ada.send(link, headers={**OURS, "Origin": portal_address, "Referer": f"{portal_address}/"})
    assert (entered.status_code, entered.headers["referrer-policy"]) == (303, "strict-origin")


def test_a_style_sheet_is_kept_for_ever_under_a_name_that_tells_its_content(browser: NewBrowser) -> None:
    page = browser().open("/no/such")
    address = page.text.partition('rel="stylesheet" href="')[2].partition('"')[0]
    sheet = browser().open(address)
    assert sheet.headers["content-type"].startswith("text/css")
    assert "immutable" in sheet.headers["cache-control"]
    assert browser().open("/static/portal.css").status_code == 404
    assert browser().open("/static/..%2fapp.py").status_code == 404


def test_a_refusal_has_a_frame_a_number_and_a_way_back(browser: NewBrowser) -> None:
    asked = browser().open("/no/such", headers={"X-Request-Id": "seen-before-1"})
    assert asked.headers["content-type"].startswith("text/html")
    assert "seen-before-1" in asked.text
    assert 'href="/"' in asked.text
    hostile = browser().open("/no/such", headers={"X-Request-Id": "<b>"})
    assert "<b>" not in hostile.text
    wrong = browser().http.request("DELETE", HOME, headers={"Sec-Fetch-Site": "same-origin"})
    assert wrong.status_code == 404
    forbidden = browser().http.post("/leave")
    assert (forbidden.status_code, 'href="/"' in forbidden.text) == (403, True)


@pytest.mark.parametrize("said", CROSS)
def test_a_form_of_another_site_is_refused_whatever_else_it_says(
    signed_in: NewBrowser, new_customer: NewCustomer, said: str, portal_address: str
) -> None:
    ada = signed_in(new_customer())
    for headers in ({"Sec-Fetch-Site": said}, {"Sec-Fetch-Site": said, "Origin": portal_address}):
        assert ada.send("/leave", headers=headers).status_code == 403
    assert ada.open(HOME).status_code == 200


def test_without_that_the_origin_counts_and_without_both_nothing(
    signed_in: NewBrowser, new_customer: NewCustomer, portal_address: str, browser: NewBrowser, new_link: Link
) -> None:
    ada = signed_in(new_customer())
    foreign = ("null", "https://evil.example", portal_address.replace("127.0.0.1", "localhost"), portal_address + "/")
    for origin in foreign:
        assert ada.send("/leave", headers={"Origin": origin}).status_code == 403
        assert ada.send("/leave", headers={**OURS, "Origin": origin}).status_code == 403
    assert ada.http.post("/leave").status_code == 403
    twice = [("Origin", portal_address), ("Origin", portal_address)]
    assert ada.http.post("/leave", headers=twice).status_code == 403
    assert ada.open(HOME).status_code == 200
    link = new_link(new_customer())
    assert browser().http.post(link).status_code == 403, "nobody is signed in to somebody else's account"
    assert browser().send(link, headers={"Origin": portal_address}).status_code == 303


def test_forged_forms_by_the_hundred_and_not_one_is_taken(
    signed_in: NewBrowser, new_customer: NewCustomer, portal_address: str
) -> None:
    ada = signed_in(new_customer())
    forged: list[dict[str, str]] = [
        *({"Sec-Fetch-Site": said} for said in CROSS), {"Origin": "null"}, {"Origin": "https://evil.example"}, {},
    ]  # fmt: skip
    with httpx.Client(base_url=portal_address, cookies=ada.http.cookies) as client:
        codes = {client.post("/leave", headers=forged[number % len(forged)]).status_code for number in range(900)}
    assert codes == {403}
    assert ada.open(HOME).status_code == 200


def test_over_https_the_cookie_is_this_hosts_alone_and_the_origin_has_no_usual_port() -> None:
    site = site_of(Settings(portal_public_url="HTTPS://Account.Example:443"))
    assert (site.origin, site.cookie_name, site.is_https) == ("https://account.example", "__Host-cashbeat", True)
    assert site_of(Settings(portal_port=8123)).origin == "http://127.0.0.1:8123"


def test_what_a_customer_is_called_is_text_and_nothing_else(signed_in: NewBrowser, new_customer: NewCustomer) -> None:
    name = '<script>alert(1)</script>"><img src=x onerror=alert(1)>{{ 7 * 7 }}'
    page = signed_in(new_customer(name)).open(HOME)
    assert "<script" not in page.text
    assert "<img" not in page.text
    assert "&lt;script&gt;" in page.text
    assert "{{ 7 * 7 }}" in page.text


def test_a_form_that_is_none_is_refused(signed_in: NewBrowser, new_customer: NewCustomer) -> None:
    ada = signed_in(new_customer())
    headers = {"Sec-Fetch-Site": "same-origin"}
    assert ada.http.post("/leave", content=b"session=%ff%fe", headers=headers).status_code == 400
    assert ada.http.post("/leave", content=b"a=1&" * 300, headers=headers).status_code == 400
    assert ada.http.post("/leave", content=b"a" * 70_000, headers=headers).status_code == 413
    assert ada.open(HOME).status_code == 200
