"""The portal and the console of a company with customers, and in each of them people who are signed in."""

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from secrets import token_urlsafe
from uuid import UUID, uuid4

from pydantic import SecretStr
from pyotp import TOTP
from starlette.routing import Route

from billing.callers.add_member import add_member
from billing.callers.hand_link import hand_link
from billing.callers.let_in import let_in
from billing.callers.rules import Maker
from credentials.master_keys import make
from database.api_keys import hash_key
from database.engine import Database
from database.ids import uuid7
from portal.app import make_portal
from portal.console.app import COOKIE, make_console
from portal.frame import Portal
from schemas.commands.callers import AddStaffMember
from schemas.commands.portal import StartPortalSession
from schemas.permissions import BY_NAME, Role, StaffRole
from settings import Settings
from stack.ports import free_port
from tests.billing.subscribers import Books
from tests.billing.teams import MONDAY, Team
from tests.portal.crawling import Form, Parsed, crawl, routes_of
from tests.portal.running_portal import Browser, running

SELLER = "Example SaaS Inc."
PROVING = "/second-factor"


@dataclass
class Inside:
    """One of the sites; `people` are the cookies of who is signed in, `forms` what their pages ask them."""

    address: str
    cookie_name: str
    routes: list[Route]
    people: dict[str, str] = field(default_factory=dict)
    forms: dict[str, Form] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)
    browsers: list[Browser] = field(default_factory=list)

    @property
    def form_routes(self) -> list[Route]:
        """Those that take forms."""
        return [route for route in self.routes if "POST" in (route.methods or ())]

    def another(self) -> Browser:
        """A browser of somebody who is nobody yet."""
        self.browsers.append(Browser(self.address))
        return self.browsers[-1]

    def close(self) -> None:
        """Away with all of them."""
        for browser in self.browsers:
            browser.close()

    def look_around(self, browser: Browser) -> None:
        """Wherever somebody is led to; what they are asked there."""
        for address, answer in crawl(browser, "/").items():
            if answer.status_code != 200 or not answer.headers["content-type"].startswith("text/html"):
                continue
            self.pages.setdefault(address, answer.text)
            for form in Parsed(answer.text).forms:
                if form.is_post:
                    self.forms.setdefault(form.action or answer.url.path, form)


@contextmanager
def both_sites(portal_url: str, console_url: str, broker_url: str) -> Iterator[tuple[Inside, Inside]]:
    """The portal and the console of the same books, each by its own way into the database.

    Nobody is asked to be slower: what is refused is refused for a better reason.
    """
    portal = Settings(
        portal_database_url=portal_url, broker_url=broker_url, portal_port=free_port(0), page_requests_per_minute=0,
        address_page_requests_per_minute=0,
    )  # fmt: skip
    console = Settings(
        console_database_url=console_url, broker_url=broker_url, console_port=free_port(0),
        cashbeat_master_keys=SecretStr(make("k1")), seller_name=SELLER, page_requests_per_minute=0,
        address_page_requests_per_minute=0,
    )  # fmt: skip
    with ExitStack() as cleanup:

        def open_site(site: Portal, port: int, cookie_name: str) -> Inside:
            found = Inside(cleanup.enter_context(running(site, port)), cookie_name, routes_of(site))
            cleanup.callback(found.close)
            return found

        yield (
            open_site(make_portal(portal), portal.portal_port, "cashbeat"),
            open_site(make_console(console), console.console_port, COOKIE),
        )


def a_customer(books: Books) -> UUID:
    """With a plan that is paid for, a card, a team, an invitation and a bill that is open."""
    account_id, began = books.open(f"Works {uuid4().hex[:6]}"), datetime.now(UTC).replace(microsecond=0)
    books.give_card(account_id, began - timedelta(days=3))
    books.subscribe(account_id, began - timedelta(days=3), "growth")
    books.answer(began - timedelta(days=3))
    books.subscribe(account_id, began, pay_by="transfer")
    team = Team(books.database, account_id, 10)
    for user_id in ("user-bea", "user-cid"):
        team.invite(f"{user_id}.{account_id.hex}@acme.example", "admin", by=None, at=MONDAY)
        team.accept(team.token(), user_id, name="Bea")
    team.invite(f"dan.{account_id.hex}@acme.example", "viewer", by=None, at=began)
    return account_id


def enter_portal(site: Inside, database: Database, account_id: UUID) -> Browser:
    """Its owner."""
    link, browser = portal_link(database, account_id), site.another()
    assert browser.enter(link).status_code == 303
    site.people["owner"] = browser.http.cookies[site.cookie_name]
    return browser


def portal_link(database: Database, account_id: UUID) -> str:
    """A link into the portal that nobody has used."""
    token = token_urlsafe(32)
    said = {"account_id": account_id, "user_id": "user-1", "role": Role.OWNER, "token_sha256": hash_key(token)}
    with database.transaction() as session:
        let_in(session, uuid7(), StartPortalSession.model_validate(said))
    return f"/enter/{token}"


def console_link(database: Database, role: StaffRole) -> tuple[str, str]:
    """A link into the console, for somebody new; and their name."""
    named, token = uuid4().hex[:8], token_urlsafe(32)
    said = AddStaffMember(name=f"Robin {named}", email=f"{named}@cashbeat.example", role=role)
    with database.transaction() as session:
        member = add_member(session, uuid7(), said, Maker(frozenset(BY_NAME)))
        hand_link(session, member.name, hash_key(token))
    return f"/enter/{token}", member.name


def enter_console(site: Inside, database: Database, role: StaffRole) -> Browser:
    """Somebody of this role, who has shown what their authenticator knows."""
    link, _ = console_link(database, role)
    browser = site.another()
    assert browser.enter(link).status_code == 303
    (secret,) = re.findall(r"<code>([A-Z2-7]{32})</code>", browser.open(PROVING).text)
    assert browser.send(PROVING, {"code": TOTP(secret).now()}).status_code == 303
    site.people[role] = browser.http.cookies[site.cookie_name]
    return browser
