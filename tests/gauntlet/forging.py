"""The ordeal of the pages: forged forms by the thousand at both sites, and what has become of the books."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from sqlalchemy import text

from billing.invariants import violations
from database.engine import Database, make_engine
from schemas.permissions import StaffRole
from settings import Settings
from stack.postgres import EmbeddedPostgres
from stack.prepare import prepare
from stack.stores import urls_of
from stack.valkey import EmbeddedValkey
from tests.billing.subscribers import Books
from tests.gauntlet.both_sites import (
    Inside,
    a_customer,
    both_sites,
    console_link,
    enter_console,
    enter_portal,
    portal_link,
)
from tests.gauntlet.forged_forms import KEY_FIELD, Forged, Prey, forge
from tests.gauntlet.run import Result
from tests.gauntlet.strangers import SERVER_ERROR, STRANGERS, WEATHER, Show, exchange
from tests.portal.running_portal import Browser

PREFERENCES = "/account/settings/preferences"
# What staff look at is written down, and they may look. Of a command there is a row among the operations first.
# What comes by the cookie of a session that is over is kept to be shown again, to its own user; it does nothing.
TABLES = text("""
    SELECT tablename FROM pg_tables
    WHERE schemaname = 'public' AND NOT starts_with(tablename, 'audit_') AND tablename NOT LIKE '%parked_forms'
    ORDER BY 1
""")
# when somebody was last there is written down whenever they come
ROWS = "SELECT count(*), coalesce(sum(hashtextextended((to_jsonb(t) - 'seen_at')::text, 0)::numeric), 0) FROM {} t"
# for as long as it lasts everybody has shown a moment ago that it is them: nothing is refused for that alone
PROVEN_OF_CUSTOMERS = text("UPDATE portal_sessions SET proven_at = now() + interval '1 hour'")
PROVEN_OF_STAFF = text("UPDATE staff_sessions SET proven_at = now() + interval '1 hour'")
TAKEN, NOT_THEIRS = 303, 403
LINKS_EACH = 2
Rows = Mapping[str, tuple[int, int]]

EXAMPLES_MAX = 5


@dataclass
class Outcome:
    """How often each trick was answered how; what was answered as if it had been taken, and what broke."""

    answers: Counter[str] = field(default_factory=Counter)
    taken: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)

    @property
    def problems(self) -> list[str]:
        """All of it."""
        return [*self.taken, *self.broken, *self.changed]


class Prepared:
    """Both sites as an attacker finds them: people at work in them, forms that were sent, sessions that ended."""

    def __init__(
        self, database: Database, portal: Inside, console: Inside, roles: Sequence[StaffRole] = tuple(StaffRole)
    ) -> None:  # fmt: skip
        self._database = database
        books = Books(database)
        account_id, other = a_customer(books), a_customer(books)
        self._ada = enter_portal(portal, database, account_id)
        eve = portal.another()
        eve.enter(portal_link(database, other))
        gone = eve.http.cookies[portal.cookie_name]
        assert eve.send("/leave").status_code == 200
        self._colleagues = {role: enter_console(console, database, role) for role in roles}
        self._account_id = account_id
        portal.look_around(self._ada)
        for colleague in self._colleagues.values():
            console.look_around(colleague)
        over = [gone, uuid4().hex]
        with database.transaction() as session:
            session.execute(PROVEN_OF_CUSTOMERS)
            session.execute(PROVEN_OF_STAFF)
        everybody = dict(zip((*portal.people.values(), *console.people.values()), self._everybody, strict=True))
        keys = {cookie: str(uuid4()) for cookie in everybody}
        used = {cookie: key for cookie, key in keys.items() if self.send_honestly(everybody[cookie], key) == TAKEN}
        assert len(used) > 1, "nothing is forged of what nobody may do"
        ids = self._ids()
        self.preys = [
            Prey(
                site.address, site.cookie_name, site.form_routes, list(site.people.values()), others,
                {cookie: used[cookie] for cookie in site.people.values() if cookie in used}, site.forms, links, ids,
            )
            for site, others, links in (
                (portal, [*over, *console.people.values()], [portal_link(database, other) for _ in range(LINKS_EACH)]),
                (console, [*over, *portal.people.values()], [console_link(database, StaffRole.ADMIN)[0]]),
            )
        ]  # fmt: skip

    @property
    def _everybody(self) -> list[Browser]:
        return [self._ada, *self._colleagues.values()]

    def send_honestly(self, browser: Browser, key: str) -> int:
        """A form of theirs is sent by themselves: how it is answered."""
        if browser is self._ada:
            said = {"time_zone": "Europe/Berlin", "locale": "de", KEY_FIELD: key}
            return browser.send(PREFERENCES, said).status_code
        said = {"reason": "A test", KEY_FIELD: key}
        return browser.send(f"/admin/accounts/{self._account_id}/suspend", said).status_code

    def is_still_at_work(self) -> bool:
        """Whether everybody is still signed in, and what they send is still taken."""
        answers = [self.send_honestly(browser, str(uuid4())) for browser in self._everybody]
        return set(answers) <= {TAKEN, NOT_THEIRS} and answers.count(TAKEN) > 1

    def rows(self) -> Rows:
        """Of each table how many rows it has, and a sum over what is in them."""
        with self._database.transaction() as session:
            names = session.scalars(TABLES).all()
            counted = {name: session.execute(text(ROWS.format(name))).one() for name in names}
        return {name: (int(rows), int(content)) for name, (rows, content) in counted.items()}

    def _ids(self) -> list[str]:
        with self._database.transaction() as session:
            asked = "SELECT id FROM accounts UNION SELECT id FROM invoices UNION SELECT id FROM subscriptions"
            return [str(UUID(str(found))) for found in session.scalars(text(asked))]


def attack_pages(prepared: Prepared, count: int, seed: int, show: Show = lambda *_: None) -> Outcome:
    """Send so many forged forms, each site in its turn, some at a time; what came of it."""
    outcome, before = Outcome(), prepared.rows()

    def send(number: int) -> tuple[Forged, str]:
        prey = prepared.preys[number % len(prepared.preys)]
        forged = forge(Random(f"{seed}/{number}"), prey)  # noqa: S311 - repeatable, not secret
        where = urlsplit(prey.origin)
        found = exchange((where.hostname or "", where.port or 0), forged.request)
        if WEATHER in found:
            time.sleep(1)
            found = exchange((where.hostname or "", where.port or 0), forged.request)
        return forged, found[0] if found else "none"

    with ThreadPoolExecutor(STRANGERS) as pool:
        for done, (forged, status) in enumerate(pool.map(send, range(count)), start=1):
            show("forging", done)
            _judge(outcome, forged, status)
    after = prepared.rows()
    outcome.changed = [f"rows of {name} changed" for name in before if before[name] != after[name]]
    return outcome


def _judge(outcome: Outcome, forged: Forged, status: str) -> None:
    outcome.answers[f"{forged.trick}_{status}"] += 1
    told = f"{status} to {forged.trick}: {forged.request[:400]!r}"
    if status.isdecimal() and status >= SERVER_ERROR:
        outcome.broken.append(told)
    elif status[0] in "23" and not forged.only_looks:
        outcome.taken.append(told)


def forgers(count: int, seed: int, home: Path, show: Show) -> Result:
    """Forged forms at both sites, without workers: no row changes, nothing is answered as if taken, no 5xx."""
    with ExitStack() as cleanup:
        postgres, valkey = EmbeddedPostgres(home), EmbeddedValkey(home)
        for server in (postgres, valkey):
            server.start()
            cleanup.callback(server.stop)
        postgres.create_database("cashbeat")
        urls = urls_of(Settings(), home, postgres.url())
        prepare(urls)
        database = Database(make_engine(postgres.url()))
        cleanup.callback(database.engine.dispose)
        show("looking around", 0)
        sites = cleanup.enter_context(both_sites(urls.portal, urls.console, valkey.url()))
        prepared = Prepared(database, *sites)
        outcome = attack_pages(prepared, count, seed, show)
        problems = [*outcome.taken[:EXAMPLES_MAX], *outcome.broken[:EXAMPLES_MAX], *outcome.changed]
        problems += [] if prepared.is_still_at_work() else ["an honest form is not taken any more"]
        with database.transaction() as session:
            problems += [str(found) for found in violations(session)]
    figures = {
        "forged_forms": count, "seed": seed, "form_routes": sum(len(prey.routes) for prey in prepared.preys),
        "accepted": len(outcome.taken), "failed": len(outcome.broken), "tables_changed": len(outcome.changed),
    }  # fmt: skip
    return Result(figures | dict(sorted(outcome.answers.items())), problems)
