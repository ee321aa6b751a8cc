"""A console for all tests of a file, beside the portal's database. Each test has people of its own."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from secrets import token_urlsafe
from uuid import UUID, uuid4

import pytest
from pydantic import SecretStr
from pyotp import TOTP
from sqlalchemy import text
from sqlalchemy.orm import Session

from billing.callers.add_member import add_member
from billing.callers.hand_link import hand_link
from billing.callers.rules import Maker
from credentials.master_keys import make
from database.api_keys import hash_key
from database.ids import uuid7
from database.staff import StaffMember
from portal.console.app import make_console
from schemas.commands.callers import AddStaffMember
from schemas.permissions import BY_NAME, StaffRole
from settings import Settings
from stack.ports import free_port
from stack.valkey import EmbeddedValkey
from tests.billing.subscribers import Books
from tests.logins import as_console
from tests.portal.running_portal import Browser, running

Hire = Callable[..., StaffMember]
StaffLink = Callable[[StaffMember], str]
AtWork = Callable[..., Browser]
PROVING = "/second-factor"
COOKIE = "cashbeat_staff"


@pytest.fixture(scope="module")
def console_settings(portal_database: str, valkey_server: EmbeddedValkey) -> Settings:
    """What its process would be told."""
    return Settings(
        console_database_url=as_console(portal_database), broker_url=valkey_server.url(), console_port=free_port(0),
        cashbeat_master_keys=SecretStr(make("k1")), seller_name="Example SaaS Inc.",
        page_requests_per_minute=0, address_page_requests_per_minute=0,
    )  # fmt: skip


@pytest.fixture(scope="module")
def console_address(console_settings: Settings) -> Iterator[str]:
    """Where it answers."""
    with running(make_console(console_settings), console_settings.console_port) as address:
        yield address


@pytest.fixture
def hire(books_of_portal: Session) -> Hire:
    """Somebody of the company's own people."""

    def make_member(role: StaffRole = StaffRole.ADMIN) -> StaffMember:
        named = uuid4().hex[:8]
        command = AddStaffMember(name=f"Robin {named}", email=f"{named}@cashbeat.example", role=role)
        return add_member(books_of_portal, uuid7(), command, Maker(frozenset(BY_NAME)))

    return make_member


@pytest.fixture
def staff_link(books_of_portal: Session) -> StaffLink:
    """A link into the console, as an operator's command prints it; the path to open."""

    def make_link(member: StaffMember) -> str:
        token = token_urlsafe(32)
        hand_link(books_of_portal, member.name, hash_key(token))
        return f"/enter/{token}"

    return make_link


@pytest.fixture
def doorstep(console_address: str) -> Iterator[Callable[..., Browser]]:
    """Another browser before the console."""
    browsers: list[Browser] = []

    def make_browser(**headers: str) -> Browser:
        browsers.append(Browser(console_address, **headers))
        return browsers[-1]

    yield make_browser
    for each in browsers:
        each.close()


@pytest.fixture
def secrets_of_staff() -> dict[UUID, str]:
    """What the authenticators of a test's people know."""
    return {}


@pytest.fixture
def at_work(
    doorstep: Callable[..., Browser], staff_link: StaffLink, secrets_of_staff: dict[UUID, str], books_of_portal: Session
) -> AtWork:
    """A browser of one of them, who came in by a link and a code."""

    def come(member: StaffMember) -> Browser:
        found = doorstep(**{"User-Agent": "A browser of the tests"})
        if found.enter(staff_link(member)).status_code == 503:
            return come(member)
        learn(found, member, secrets_of_staff)
        # a code is taken once, and tests have no time to wait for the next one
        books_of_portal.execute(text("UPDATE staff_second_factors SET last_step = 0"))
        entered = found.send(PROVING, {"code": code_of(secrets_of_staff[member.id])})
        if entered.status_code == 503:  # a machine that is busy: the page asks to try again
            return come(member)
        assert (entered.status_code, entered.headers["location"]) == (303, "/")
        return found

    return come


@pytest.fixture
def paid_receipt(subscribers: Books, new_customer: Callable[..., UUID], books_of_portal: Session) -> UUID:
    """A payment of $99 by card, as money that came."""
    account_id, began = new_customer(), datetime.now(UTC).replace(microsecond=0) - timedelta(days=3)
    subscribers.give_card(account_id, began)
    subscribers.subscribe(account_id, began)
    subscribers.answer(began)
    came = text("SELECT id FROM receipts WHERE account_id = :id")
    found: UUID = books_of_portal.execute(came, {"id": account_id}).scalar_one()
    return found


def learn(browser: Browser, member: StaffMember, known: dict[UUID, str]) -> None:
    """What the page shows to an authenticator, if it does."""
    if shown := re.findall(r"<code>([A-Z2-7]{32})</code>", browser.open(PROVING).text):
        known[member.id] = shown[0]


def code_of(secret: str, later_seconds: int = 0) -> str:
    """What an authenticator shows now, or would so much later."""
    return TOTP(secret).generate_otp(int(datetime.now(UTC).timestamp() + later_seconds) // 30)
