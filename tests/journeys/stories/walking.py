"""Somebody goes wherever a link leads: each kind of page once, so that all are looked at, and none is missing."""

import re
from collections import deque
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit
from uuid import uuid4

from tests.journeys.person import Person
from tests.journeys.scene import Journey, Scene

PAGES_MAX = 250
# what lies behind such a link is saved, and no page
FILES = re.compile(r"(\.(pdf|csv|zip|xml)|/(pdf|proof|table|csv|papers))$")
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
LINKS = "links => links.map(link => link.href)"


def walk_through_the_portal(scene: Scene) -> None:
    """As the owner of an account in which there is something of everything."""
    _, ada = _busy_account(scene)
    _walk(ada, scene.stack.addresses.portal_url)


def walk_through_the_console(scene: Scene) -> None:
    """As who may go everywhere, beginning where that account is found."""
    account_id, _ = _busy_account(scene)
    robin = scene.comes_to_work("admin")
    base = scene.stack.addresses.console_url
    robin.open(f"{base}/admin/accounts/{account_id}")
    _walk(robin, base)


def _busy_account(scene: Scene) -> tuple[str, Person]:
    """It pays for a plan by card, has a transfer to make that it says it has made, and has invited somebody."""
    account_id = scene.account()
    scene.saves_card(account_id)
    scene.subscribes(account_id, "growth")
    scene.say(
        "/v1/account/team/invite/", account_id=account_id, email=f"{uuid4().hex[:8]}@people.example", role="viewer"
    )
    ordered = scene.say("/v1/billing/manual-payments/", account_id=account_id, package="value")
    said = {"invoice_id": ordered["invoice_id"], "currency": ordered["currency"], "amount_minor": ordered["left_minor"]}
    scene.say("/v1/billing/payment-claims/", **said, paid_on=datetime.now(UTC).date().isoformat())
    return account_id, scene.enters(account_id)


def _walk(person: Person, base: str) -> None:
    """From where they are. One page of each address: whose ids differ, differ in nothing that is looked at here."""
    waiting, seen = deque([person.page.url]), set[str]()
    while waiting and len(seen) < PAGES_MAX:
        address = waiting.popleft()
        kind = _ID.sub("ID", urlsplit(address).path)
        if kind in seen or not address.startswith(f"{base}/") or FILES.search(kind):
            continue
        seen.add(kind)
        person.open(address)
        found = person.page.locator("a[href]").evaluate_all(LINKS)
        waiting.extend(urljoin(address, each).partition("#")[0] for each in found)
    assert len(seen) < PAGES_MAX, "there are more pages than anybody looks at"


STORIES: tuple[Journey, ...] = (walk_through_the_portal, walk_through_the_console)
