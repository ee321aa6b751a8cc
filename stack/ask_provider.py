"""`cashbeat provider test`: one question to a provider, with what is kept in the database."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from billing.errors import BillingError
from credentials.errors import Sealed
from credentials.find_sealed import find_sealed
from credentials.places import webhook_secret_of
from credentials.queries import active_at, list_providers, list_webhook_secrets
from credentials.tables import ProviderType, WebhookSecret
from database import engine
from gateways.gateway import Capability, Gateway
from logs import redact_text
from settings import Settings
from stack.addresses import WEBHOOK_PATH
from stack.errors import StackError
from stack.explaining import explaining
from stack.master_keys import to_open
from stack.providers import vendor_of
from stack.sessions import reading, url_to_read
from stack.vendors import VENDORS, wanted
from stack.wired import as_told_here, wired
from workers.wiring import Work


def ask(settings: Settings, name: str) -> str:
    """A sentence when it answers; raises StackError with its reason when it does not. Changes nothing there."""
    vendor, url = vendor_of(name), url_to_read(settings)
    with reading(settings):
        pass  # a database that does not answer is given up as soon as by any command that only looks
    with explaining(url), engine.opened(url) as database:
        try:
            _ask(wired(settings, database), name, vendor.type)
        except BillingError as error:
            raise StackError(f"{name}: {redact_text(str(error))}; {vendor.guide}") from None
    return f"{vendor.connecting.display_name} answers, and takes the key"


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of looking at one provider. `trusted` says by whom its signatures are vouched for, where that is so."""

    name: str
    missing: list[str]
    trusted: str
    guide: str


def shortcomings(settings: Settings) -> Iterator[Looked]:
    """What is missing, sentence by sentence, of each provider that the database knows; in production of all wanted.

    Each is asked a few questions. Raises StackError without a database.
    """
    told = as_told_here(settings)
    with reading(settings) as session:
        rows, secrets = {row.id for row in list_providers(session)}, list_webhook_secrets(session)
    looked_at = wanted(rows) if told.is_production else [name for name in VENDORS if name in rows]
    if not looked_at:
        return
    with engine.opened(url_to_read(settings)) as database:
        work = wired(settings, database)
        for name in looked_at:
            own = [secret for secret in secrets if secret.provider_id == name]
            yield _look(work, told, name, own)


def _look(work: Work, told: Settings, name: str, secrets: list[WebhookSecret]) -> Looked:
    vendor, at_the_door = VENDORS[name], list(_at_the_door(told, name, secrets))
    try:
        _ask(work, name, vendor.type)
        if vendor.type is ProviderType.EMAIL:
            return Looked(name, at_the_door, "", vendor.guide)
        missing, trusted = _set_up(work.gateway(name), told, secrets)
        return Looked(name, [*missing, *at_the_door], trusted, vendor.guide)
    except BillingError as error:
        return Looked(name, [redact_text(str(error)), *at_the_door], "", vendor.guide)


def _set_up(gateway: Gateway, told: Settings, secrets: list[WebhookSecret]) -> tuple[list[str], str]:
    """What a person has to see to, there and on this machine; and whom this machine trusts."""
    missing, trusted = [], ""
    if gateway.can(Capability.SHORTCOMINGS):
        known = _opened(told, gateway.name, secrets)
        missing = gateway.shortcomings.list_shortcomings(WEBHOOK_PATH.format(gateway.name), known)
    if gateway.can(Capability.SIGNATURE_CHECKS):
        count = gateway.signature_checks.count_authorities()
        trusted = "" if count is None else f"authorities trusted to vouch for its certificates: {count}"
        missing = [*missing, f"{trusted}: each event waits"] if count == 0 else missing
    return missing, trusted


def _opened(told: Settings, name: str, secrets: list[WebhookSecret]) -> list[str]:
    """What its webhooks are checked by now; none where one stays sealed, which is told elsewhere."""
    active, keys = active_at(secrets, datetime.now(UTC)), to_open(told)
    here = [] if secrets and all(row.secret for row in active) else told.of_vendor(name)["webhook_secrets"]
    try:
        opened = [webhook_secret_of(keys, row) for row in active if row.secret]
    except Sealed:
        return []
    return [*opened, *(secret.get_secret_value() for secret in here)]


def _at_the_door(told: Settings, name: str, secrets: list[WebhookSecret]) -> Iterator[str]:
    """Why webhooks may be refused. Of the doors' environments is known what this command was told, too."""
    if VENDORS[name].connecting.webhook_secret_shape is None:
        return
    active = active_at(secrets, datetime.now(UTC))
    if not (active if secrets else told.of_vendor(name)["webhook_secrets"]):
        yield f"no webhook secret is active; run `cashbeat provider set {name} webhook_secret`"
    yield from find_sealed(to_open(told), [], active)


def _ask(work: Work, name: str, kind: ProviderType) -> None:
    now = datetime.now(UTC)
    if kind is ProviderType.EMAIL:
        list(islice(work.email.list_sent(now), 1))
    else:
        gateway = work.gateway(name)
        list(gateway.events.list_events(created_after=now, types=sorted(gateway.limits.concerns)[:1], limit=1))
