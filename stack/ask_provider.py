"""`cashbeat provider test`: one question to a provider, with what is kept in the database."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice

from billing.errors import BillingError
from credentials.queries import list_providers
from credentials.tables import ProviderType
from database import engine
from gateways.gateway import Capability
from logs import redact_text
from settings import Settings
from stack.errors import StackError
from stack.explaining import explaining
from stack.providers import vendor_of
from stack.sessions import reading, url_to_read
from stack.vendors import VENDORS
from stack.wired import wired
from workers.wiring import Work

WEBHOOK_PATH = "/v1/billing/webhooks/{}/"


def ask(settings: Settings, name: str) -> str:
    """A sentence when it answers; raises StackError with its reason when it does not. Changes nothing there."""
    vendor, url = vendor_of(name), url_to_read(settings)
    with reading(settings):
        pass  # a database that does not answer is given up as soon as by any command that only looks
    with explaining(url), engine.opened(url) as database:
        try:
            _ask(wired(settings, database), name, vendor.type)
        except BillingError as error:
            raise StackError(f"{name}: {redact_text(str(error))}") from None
    return f"{vendor.display_name} answers, and takes the key"


def shortcomings(settings: Settings) -> Iterator[tuple[str, list[str]]]:
    """Each provider that has a row and is active, asked once: what is missing there, sentence by sentence.

    Raises StackError without a database.
    """
    with reading(settings) as session:
        asked = [row.id for row in list_providers(session) if row.active and row.id in VENDORS]
    if not asked:
        return
    with engine.opened(url_to_read(settings)) as database:
        work = wired(settings, database)
        yield from [(name, _missing(work, name)) for name in asked]


def _missing(work: Work, name: str) -> list[str]:
    try:
        _ask(work, name, VENDORS[name].type)
        gateway = work.gateways.get(name)
        if gateway is None or not gateway.can(Capability.SHORTCOMINGS):
            return []
        return gateway.shortcomings.list_shortcomings(WEBHOOK_PATH.format(name))
    except BillingError as error:
        return [redact_text(str(error))]


def _ask(work: Work, name: str, kind: ProviderType) -> None:
    now = datetime.now(UTC)
    if kind is ProviderType.EMAIL:
        list(islice(work.email.list_sent(now), 1))
    else:
        gateway = work.gateway(name)
        list(gateway.events.list_events(created_after=now, types=sorted(gateway.limits.concerns)[:1], limit=1))
