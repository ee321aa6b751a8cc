"""What holds for every address of both sites, whoever asks: framed by nobody, forced by nobody, led away by nobody."""

import re
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import httpx
import pytest
from pyotp import TOTP
from sqlalchemy import text
from starlette.routing import Route

from database.engine import Database, make_engine
from schemas.permissions import Role, StaffRole
from stack.valkey import EmbeddedValkey
from tests.billing.subscribers import Books
from tests.gauntlet.both_sites import Inside, a_customer, both_sites, console_link, enter_console, enter_portal
from tests.logins import as_console, as_portal
from tests.portal.crawling import Parsed
from tests.portal.running_portal import OURS, Browser
from workers.wiring import Work

NewBrowser = Callable[..., Browser]
NewCustomer = Callable[..., UUID]
# where nobody has to be signed in: to sign in, and what is nobody's
PUBLIC = ("/enter/", "/sign-in", "/join/", "/healthz", "/static/")
EVIL = (
    "https://evil.example",
    "//evil.example",
    "/\\evil.example",
    "https:evil.example",
    "/account/../..//evil.example",
)
LEADING = ("back", "next", "return_url", "url", "to", "target", "redirect", "success_url", "cancel_url", "path")

EVERYBODY = frozenset(Role)
READERS, PAYERS = EVERYBODY - {Role.MEMBER}, EVERYBODY - {Role.MEMBER, Role.VIEWER}
HEADS, OWNERS = frozenset({Role.OWNER, Role.ADMIN}), frozenset({Role.OWNER})
# who may what, by method and address
MAY: Mapping[str, frozenset[Role]] = {
    "GET /": EVERYBODY,
    "GET /proof": EVERYBODY,
    "GET /proof/code": EVERYBODY,
    "GET /parked": EVERYBODY,
    "GET /operations/{id:uuid}": EVERYBODY,
    "GET /account/sessions": EVERYBODY,
    "GET /account/billing": EVERYBODY,
    "GET /account/credits": EVERYBODY,
    "GET /account/usage": EVERYBODY,
    "GET /account/usage/days.csv": EVERYBODY,
    "GET /account/usage/operations.csv": EVERYBODY,
    "GET /account/team": EVERYBODY,
    "GET /account/team/leave": EVERYBODY,
    "GET /account/settings": EVERYBODY,
    "POST /proof": EVERYBODY,
    "POST /proof/code": EVERYBODY,
    "POST /parked": EVERYBODY,
    "POST /parked/forget": EVERYBODY,
    "POST /account/team/leave": EVERYBODY,
    "GET /account/invoices": READERS,
    "GET /account/pay": READERS,
    "GET /account/invoices/{id:uuid}": READERS,
    "GET /account/invoices/{id:uuid}/pdf": READERS,
    "GET /account/credit-notes/{id:uuid}/pdf": READERS,
    "GET /account/invoices.csv": READERS,
    "GET /account/invoices.zip": READERS,
    "GET /account/payment-methods": READERS,
    "GET /account/cancel": PAYERS,
    "GET /account/billing/{id:uuid}/cancel": PAYERS,
    "GET /account/plan": PAYERS,
    "GET /account/billing/{id:uuid}/plans": PAYERS,
    "GET /account/billing/{id:uuid}/change": PAYERS,
    "GET /account/credits/purchase": PAYERS,
    "GET /account/credits/purchase/{package}": PAYERS,
    "GET /account/payment-methods/{id:uuid}/remove": PAYERS,
    "POST /account/billing/{id:uuid}/cancel": PAYERS,
    "POST /account/billing/{id:uuid}/keep": PAYERS,
    "POST /account/billing/{id:uuid}/change": PAYERS,
    "POST /account/billing/{id:uuid}/stay": PAYERS,
    "POST /account/credits/top-up": PAYERS,
    "POST /account/credits/top-up/end": PAYERS,
    "POST /account/credits/warning": PAYERS,
    "POST /account/credits/purchase/{package}": PAYERS,
    "POST /account/invoices/{id:uuid}/pay": PAYERS,
    "POST /account/invoices/{id:uuid}/transfer": PAYERS,
    "POST /account/payment-methods/add": PAYERS,
    "POST /account/payment-methods/order": PAYERS,
    "POST /account/payment-methods/{id:uuid}/default": PAYERS,
    "POST /account/payment-methods/{id:uuid}/remove": PAYERS,
    "POST /account/settings/email/resend": PAYERS,
    "POST /account/settings/email/keep": PAYERS,
    "POST /account/settings/address": PAYERS,
    "POST /account/settings/email": PAYERS,
    "POST /account/settings/recipients": PAYERS,
    "POST /account/settings/preferences": PAYERS,
    "GET /account/team/members/{id:uuid}": HEADS,
    "GET /account/team/members/{id:uuid}/remove": HEADS,
    "GET /account/settings/export.zip": HEADS,
    "POST /account/team/invite": HEADS,
    "POST /account/team/invitations/{id:uuid}/resend": HEADS,
    "POST /account/team/invitations/{id:uuid}/cancel": HEADS,
    "POST /account/team/members/{id:uuid}": HEADS,
    "POST /account/team/members/{id:uuid}/remove": HEADS,
    "POST /account/settings/export": HEADS,
    "GET /account/team/transfer": OWNERS,
    "GET /account/settings/delete": OWNERS,
    "POST /account/team/transfer": OWNERS,
    "POST /account/settings/delete": OWNERS,
}


@pytest.fixture(scope="module")
def owner_of_walls(portal_database: str) -> Iterator[Database]:
    """Of the books behind both sites."""
    database = Database(make_engine(portal_database))
    yield database
    database.engine.dispose()


@pytest.fixture(scope="module")
def walled_sites(portal_database: str, valkey_server: EmbeddedValkey) -> Iterator[tuple[Inside, Inside]]:
    """Both."""
    with both_sites(as_portal(portal_database), as_console(portal_database), valkey_server.url()) as sites:
        yield sites


@pytest.fixture
def people_of_both(
    walled_sites: tuple[Inside, Inside], owner_of_walls: Database, hands_of_portal: Work
) -> tuple[tuple[Inside, Browser], ...]:
    """Each site, and somebody in it who may everything there is to see."""
    portal, console = walled_sites
    ada = enter_portal(portal, owner_of_walls, a_customer(Books(owner_of_walls)))
    return (portal, ada), (console, enter_console(console, owner_of_walls, StaffRole.ADMIN))


def _address(route: Route) -> str:
    """With things in it that nobody has."""
    made = {"{id:uuid}": str(uuid4()), "{id:str}": "NL", "{token}": "x" * 43, "{package}": "value", "{name}": "x.css"}
    path = route.path
    for name, value in made.items():
        path = path.replace(name, value)
    return path


def _answers(site: Inside, browser: Browser, **asked: str) -> Iterator[tuple[str, httpx.Response]]:
    """Of every address by every method that it takes, but leaving; of a page with a form that with its key."""
    asked = {"form": str(uuid4()), **asked}
    for route in site.routes:
        address, methods = _address(route), route.methods or set()
        if "GET" in methods:
            yield f"GET {route.path}", browser.http.get(address, params=asked)
        if "POST" in methods and route.path != "/leave":
            said = {"operation_key": str(uuid4()), **asked}
            yield f"POST {route.path}", browser.http.post(address, params=asked, data=said, headers=OURS)


def test_every_answer_of_both_sites_is_framed_by_nobody(people_of_both: tuple[tuple[Inside, Browser], ...]) -> None:
    for site, somebody in people_of_both:
        for browser in (somebody, site.another()):
            sheet = Parsed(browser.http.get("/no/such").text)
            files = [said["href"] for tag, said in sheet.elements if said.get("rel") == "stylesheet"]
            more = [(path, browser.http.get(path)) for path in (*files, "/no/such", "/%00", "/account/x", "//x")]
            forged = [(path, browser.http.post(path)) for path in ("/leave", "/no/such")]
            for address, answer in (*_answers(site, browser), *more, *forged):
                policy = answer.headers["content-security-policy"].split("; ")
                assert {"frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} <= set(policy), address
                assert answer.headers["x-content-type-options"] == "nosniff", address
                is_kept = answer.status_code == 200 and address in files
                assert ("immutable" in answer.headers["cache-control"]) is is_kept, address


def test_without_a_session_every_address_is_refused(walled_sites: tuple[Inside, Inside]) -> None:
    for site in walled_sites:
        stranger = site.another()
        for cookie in ("", "x" * 43):
            stranger.http.cookies.set(site.cookie_name, cookie, domain="127.0.0.1")
            for address, answer in _answers(site, stranger):
                # the first page leads to one of those that are refused
                if answer.headers.get("location", "").startswith(("/account/", "/admin/")) and address == "GET /":
                    continue
                if not address.split()[1].startswith(PUBLIC):
                    assert answer.status_code == 401, address


def test_of_every_address_of_an_account_it_is_said_who_may(
    walled_sites: tuple[Inside, Inside], signed_in: NewBrowser, new_customer: NewCustomer
) -> None:
    portal, _ = walled_sites
    shaped = {f"{method} {route.path}" for route in portal.routes for method in ("GET", "POST")
              if method in (route.methods or ()) and not route.path.startswith(PUBLIC)}  # fmt: skip
    assert shaped == MAY.keys() | {"POST /leave"}
    account_id = new_customer()
    for role in Role:
        browser = signed_in(account_id, role=role, user_id=f"user_{role}")
        for address, answer in _answers(portal, browser):
            if address in MAY:
                assert (answer.status_code != 403) is (role in MAY[address]), (address, role, answer.status_code)
                assert answer.status_code < 500, (address, role)


def test_what_is_anothers_is_not_there_at_any_address(
    people_of_both: tuple[tuple[Inside, Browser], ...], owner_of_walls: Database, signed_in: NewBrowser,
    new_customer: NewCustomer,
) -> None:  # fmt: skip
    portal, ada = people_of_both[0]
    portal.look_around(ada)
    name = Parsed(ada.open("/account/settings").text)
    called = next(said["value"] for _, said in name.elements if said.get("name") == "name")
    eve = signed_in(new_customer("Eve Ltd"), is_proven=True)
    operations = text("SELECT count(*) FROM operations")
    with owner_of_walls.transaction() as session:
        before = session.scalar(operations)
    named = [path for path in portal.pages if _has_id(path)]
    sent = {path: form for path, form in portal.forms.items() if _has_id(path)}
    assert len(named) > 5
    assert len(sent) > 3
    for path in named:
        answer = eve.http.get(path)
        assert answer.status_code in {303, 404}, path
        assert called not in eve.open(path).text, path
    for path, form in sent.items():
        answer = eve.send(path, {**form.fields, "operation_key": str(uuid4())})
        assert answer.status_code in {404, 422}, (path, answer.status_code)
        assert called not in answer.text, path
    with owner_of_walls.transaction() as session:
        assert session.scalar(operations) == before


def _has_id(path: str) -> bool:
    return any(len(part) == 36 and part.count("-") == 4 for part in urlsplit(path).path.split("/"))


def test_nobody_is_led_to_another_site(people_of_both: tuple[tuple[Inside, Browser], ...]) -> None:
    for site, somebody in people_of_both:
        for browser, first in ((somebody, 0), (somebody, 1), (site.another(), 2)):
            asked = {name: EVIL[(number + first) % len(EVIL)] for number, name in enumerate(LEADING)}
            for address, answer in _answers(site, browser, **asked):
                for link in _led_to(answer):
                    where = answer.url.join(link.replace("\\", "/"))
                    assert where.host != "evil.example", (address, link)
                    assert where.scheme in {"http", "https"} or link == "data:,", (address, link)


def _led_to(answer: httpx.Response) -> Iterator[str]:
    yield answer.headers.get("location", "")
    if answer.headers.get("content-type", "").startswith("text/html"):
        for _, said in Parsed(answer.text).elements:
            yield from (said[name] for name in ("href", "action", "formaction", "src") if name in said)


def test_a_cookie_that_was_there_before_is_worth_nothing_in_the_console(
    walled_sites: tuple[Inside, Inside], owner_of_walls: Database, hands_of_portal: Work
) -> None:
    """Whoever has planted one, or has copied that of the page which asks for a code, is nobody afterwards."""
    _, console = walled_sites
    link, _ = console_link(owner_of_walls, StaffRole.ADMIN)
    robin, planted = console.another(), "x" * 43
    robin.http.cookies.set(console.cookie_name, planted, domain="127.0.0.1")
    early = robin.send(link).cookies[console.cookie_name]
    robin.http.cookies.clear()
    robin.http.cookies.set(console.cookie_name, early, domain="127.0.0.1")
    (secret,) = re.findall(r"<code>([A-Z2-7]{32})</code>", robin.open("/second-factor").text)
    own = robin.send("/second-factor", {"code": TOTP(secret).now()}).cookies[console.cookie_name]
    assert len({planted, early, own}) == 3
    seen = {planted: 401, early: 401, own: 200}
    for cookie, status in seen.items():
        somebody = console.another()
        somebody.http.cookies.set(console.cookie_name, cookie, domain="127.0.0.1")
        assert somebody.open("/admin/sessions").status_code == status, cookie
        assert somebody.http.get("/second-factor").status_code == (303 if status == 200 else 401), cookie
