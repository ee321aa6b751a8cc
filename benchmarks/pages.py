"""Pages of a company with a million invoices beside those of one with a thousand: each page's usual time.

Both are looked at in turns by people of the same kind, so that a busy moment meets both. Files are no pages: a table of
a thousand times the rows is a thousand times as long.
"""

import statistics
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.routing import Route

from benchmarks.lists_books import account_id, make_books
from benchmarks.renewals import running_server as running_postgres
from benchmarks.row import Row
from database.engine import Database, make_engine
from schemas.permissions import StaffRole
from settings import Settings
from stack.postgres import EmbeddedPostgres
from stack.prepare import prepare
from stack.stores import urls_of
from stack.valkey import EmbeddedValkey
from tests.gauntlet.both_sites import Inside, both_sites, enter_console, enter_portal
from tests.portal.crawling import Parsed
from tests.portal.running_portal import Browser

SMALL, MIDDLE, LARGE = 1_000, 100_000, 1_000_000
LOOKS = 31
WARM_LOOKS = 3
# a thousand times the rows cost half as much again at most
AIM = 1 / 1.5
# of what is linked to from a page of this kind the first is looked at
ROUNDS = 3
# they wait for what is asked for, and lead elsewhere
NO_PAGES = ("/enter/", "/static/", "/healthz", "/sign-in/", "/operations/")
HTML = "text/html"


@dataclass
class Company:
    """One with so many invoices, and whoever looks at its pages; `pages` are addresses by their route."""

    browsers: Mapping[str, Browser]
    pages: Mapping[tuple[str, str], str]

    def seconds(self, page: tuple[str, str]) -> float:
        """How long it takes; raises RuntimeError for anything but a page."""
        started_at = time.perf_counter()
        answer = self.browsers[page[0]].http.get(self.pages[page])
        took = time.perf_counter() - started_at
        if answer.status_code != 200:
            raise RuntimeError(f"{self.pages[page]}: {answer.status_code}")
        return took


def pages() -> list[Row]:
    """Every page with 1,000 invoices over the same with 100,000, of a hundred each per account."""
    return _measured(MIDDLE)


def pages_million() -> list[Row]:
    """The same with 1,000,000 invoices of 10,000 accounts."""
    return _measured(LARGE)


def _measured(invoices: int) -> list[Row]:
    with ExitStack() as cleanup:
        server = cleanup.enter_context(running_postgres())
        valkey = EmbeddedValkey(server.home)
        valkey.start()
        cleanup.callback(valkey.stop)
        small, large = (cleanup.enter_context(_company(server, valkey.url(), size)) for size in (SMALL, invoices))
        return [_row(page, small, large) for page in sorted(small.pages.keys() & large.pages.keys())]


@contextmanager
def _company(server: EmbeddedPostgres, broker_url: str, invoices: int) -> Iterator[Company]:
    name = f"pages_{invoices}"
    server.create_database(name)
    urls = urls_of(Settings(), server.home, server.url(name))
    prepare(urls)
    make_books(server.url(name), invoices)
    with ExitStack() as cleanup:
        database = Database(make_engine(urls.owner))
        cleanup.callback(database.engine.dispose)
        portal, console = cleanup.enter_context(both_sites(urls.portal, urls.console, broker_url))
        inside = {
            "portal": (portal, enter_portal(portal, database, account_id(0))),
            "console": (console, enter_console(console, database, StaffRole.ADMIN)),
        }
        found = {(where, path): address for where, (site, browser) in inside.items()
                 for path, address in _pages_of(site, browser)}  # fmt: skip
        yield Company({where: browser for where, (_, browser) in inside.items()}, found)


def _pages_of(site: Inside, browser: Browser) -> Iterator[tuple[str, str]]:
    """The address of each page: its route's own, or the first that a page before it leads to."""
    waiting = {route.path: route for route in site.routes if "GET" in (route.methods or ())}
    links: list[str] = []
    for _ in range(ROUNDS):
        for path, route in list(waiting.items()):
            address = _address_of(route, links)
            if not address or path.startswith(NO_PAGES):
                continue
            del waiting[path]
            answer = browser.open(address)
            if answer.status_code == 200 and answer.headers["content-type"].startswith(HTML):
                links += Parsed(answer.text).links
                yield path, answer.url.raw_path.decode()


def _address_of(route: Route, links: list[str]) -> str:
    if "{" not in route.path:
        return route.path
    return next((link for link in links if route.path_regex.match(urlsplit(link).path)), "")


def _row(page: tuple[str, str], small: Company, large: Company) -> Row:
    """In milliseconds; the ratio is how much of the larger company's the smaller one's is."""
    took: tuple[list[float], list[float]] = ([], [])
    for look in range(-WARM_LOOKS, LOOKS):
        for company, times in zip((small, large), took, strict=True):
            seconds = company.seconds(page)
            times += [seconds] if look >= 0 else []
    floor, value = (1_000 * statistics.median(times) for times in took)
    return Row(f"pages.{page[0]} {page[1]}", value, "ms", floor, floor / value, AIM)
