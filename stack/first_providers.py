"""At the first start the environment fills what is empty; from then on the database counts."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial

from sqlalchemy.orm import Session

from credentials.keep import keep_key, keep_provider
from credentials.master_keys import MasterKeys
from credentials.queries import active_at, list_providers, list_webhook_secrets
from credentials.roll_webhook_secret import add_webhook_secret
from credentials.tables import IntegrationProvider, ProviderType
from setting_needs import PUBLIC
from settings import Settings
from stack.errors import StackError
from stack.master_keys import to_seal
from stack.providers import fresh_row
from stack.sessions import transaction
from stack.vendors import VENDORS, Vendor, is_sandbox_key


def fill(settings: Settings, database_url: str, master_keys: Callable[[], MasterKeys]) -> list[str]:
    """For each vendor without a row: one with what is set. Tells what it did, and what it ignored.

    The sandbox's keys, which everybody knows, are kept nowhere: its address is another with each start. Nor is anything
    of a trial's: where nobody takes real payments, the sandbox takes the mails, too.
    """
    given = {name: vendor for name, vendor in VENDORS.items() if _key(settings, vendor)}
    with transaction(database_url) as session:
        kept = {row.id for row in list_providers(session)}
        if not any(VENDORS[name].type is ProviderType.PAYMENT for name in given.keys() | kept):
            return []
        for name in given.keys() - kept:
            _fill(session, master_keys(), settings, name)
    return [_told(name, vendor, is_kept=name in kept) for name, vendor in given.items()]


def fill_by_command(settings: Settings, database_url: str) -> list[str]:
    """The same for `cashbeat seed`. Raises StackError without master keys to seal with."""
    return fill(settings, database_url, partial(to_seal, settings))


def stands_in(settings: Settings, database_url: str) -> bool:
    """Whether the sandbox has to stand in, because nobody is known who takes payments.

    Raises StackError in production for a vendor without a key, and elsewhere for one with a live key.
    """
    with transaction(database_url) as session:
        rows = {row.id: row for row in list_providers(session) if row.api_key}
        signed = {secret.provider_id for secret in active_at(list_webhook_secrets(session), datetime.now(UTC))}
    problems = _lacking(rows, signed) if settings.is_production else _too_real(rows)
    if sentence := "; ".join(problems):
        raise StackError(sentence)
    return not any(row.type is ProviderType.PAYMENT and not row.endpoint.startswith("http://") for row in rows.values())


def _lacking(rows: Mapping[str, IntegrationProvider], signed: set[str]) -> Iterator[str]:
    for name, vendor in VENDORS.items():
        if name not in rows:
            yield f"{name} has no key; set {vendor.key_setting.upper()}, or run `cashbeat provider set {name} api_key`"
        if vendor.webhook_secret_shape is not None and name not in signed:
            yield f"{name} has no webhook secret; run `cashbeat provider set {name} webhook_secret`"


def _too_real(rows: Mapping[str, IntegrationProvider]) -> Iterator[str]:
    for name, row in rows.items():
        if VENDORS[name].live_key_prefixes and not row.sandbox:
            yield f"CASHBEAT_ENV has to be production: the database holds a live key of {name}"


def _told(name: str, vendor: Vendor, *, is_kept: bool) -> str:
    if is_kept:
        return f"{vendor.key_setting.upper()} is ignored: the database says what {name} is called with"
    return f"what {name} is called with is kept in the database now, and counts from here on"


def _key(settings: Settings, vendor: Vendor) -> str:
    key = str(settings.plain(vendor.key_setting))
    return "" if key in PUBLIC else key


def _fill(session: Session, keys: MasterKeys, settings: Settings, name: str) -> None:
    vendor = VENDORS[name]
    key = _key(settings, vendor)
    row = keep_provider(session, fresh_row(name))
    keep_key(keys, row, "api_key", key)
    row.endpoint = str(settings.plain(vendor.endpoint_setting))
    row.sandbox = is_sandbox_key(vendor, key)
    session.flush()
    for secret in settings.of_vendor(name).get("webhook_secrets", ()):
        add_webhook_secret(session, keys, name, secret.get_secret_value(), datetime.now(UTC))
