"""At the first start the environment fills what the database does not say; from then on the database counts."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from credentials.find_sealed import find_sealed
from credentials.keep import keep_key, keep_provider
from credentials.master_keys import MasterKeys
from credentials.places import KEY_COLUMNS
from credentials.queries import active_at, list_providers, list_webhook_secrets
from credentials.roll_webhook_secret import add_webhook_secret
from credentials.tables import IntegrationProvider, ProviderType
from setting_needs import PUBLIC, unfit_for_vendors
from settings import Settings
from stack.errors import StackError
from stack.master_keys import to_seal
from stack.sessions import transaction
from stack.vendors import API_KEY, ENDPOINT, VENDORS, WEBHOOK_SECRET, is_sandbox_key

Keys = Callable[[], MasterKeys]


def fill(settings: Settings, database_url: str, master_keys: Keys) -> list[str]:
    """Each field of a vendor that is empty, with what is set. Tells what it took, what it ignored, what stays sealed.

    The sandbox's keys, which everybody knows, are kept nowhere: its address is another with each start. Nor is anything
    of a trial's: where nobody takes real payments, the sandbox takes the mails, too. Raises StackError in production
    for what must not be kept there.
    """
    offers = {name: _offered(settings, name) for name in VENDORS}
    keyed = {name for name, offered in offers.items() if API_KEY in offered.values()}
    with transaction(database_url) as session:
        rows = list_providers(session)
        keyed |= {row.id for row in rows if row.api_key}
        if not (settings.is_production or any(_takes_payments(name) for name in keyed)):
            return []
        known = [name for name in VENDORS if name in keyed | {row.id for row in rows}]
        words = [word for name in known for word in _fill(session, master_keys, settings, name, offers[name])]
        return [*words, *_stays_sealed(session, master_keys)]


def fill_by_command(settings: Settings, database_url: str) -> list[str]:
    """The same for `cashbeat seed`. Raises StackError without master keys to seal with."""
    return fill(settings, database_url, partial(to_seal, settings))


def _takes_payments(name: str) -> bool:
    """Of a later release's vendor nobody here knows."""
    return name in VENDORS and VENDORS[name].type is ProviderType.PAYMENT


def _offered(settings: Settings, name: str) -> Mapping[str, str]:
    """The settings that are made for a vendor, and the field that each may fill."""
    fields = VENDORS[name].fields()
    if settings.is_production and (sentence := "; ".join(unfit_for_vendors(settings, fields))):
        raise StackError(sentence)
    return {setting: field for setting, field in fields.items() if _value(settings, setting)}


def _value(settings: Settings, setting: str) -> Any:
    """Without what is the sandbox's; falsy when nothing is left."""
    value: Any = settings.plain(setting)
    if isinstance(value, tuple):
        return tuple(each for each in value if each not in PUBLIC)
    return "" if value in PUBLIC else value


def _fill(
    session: Session, master_keys: Keys, settings: Settings, name: str, offered: Mapping[str, str]
) -> Iterator[str]:
    if not offered:
        return
    vendor = VENDORS[name]
    row = keep_provider(session, name, vendor.connecting.display_name, vendor.type)
    taken = []
    for setting, field in offered.items():
        if _is_said(session, row, field):
            yield f"{setting.upper()} is ignored: the database says what {name} is called with"
        else:
            _keep(session, master_keys, row, field, _value(settings, setting))
            if field in vendor.connecting.keys:
                row.sandbox = is_sandbox_key(settings, vendor, _value(settings, setting))
            taken.append(setting.upper())
    if taken:
        yield f"what {name} is called with is kept in the database now, and counts from here on ({', '.join(taken)})"


def _is_said(session: Session, row: IntegrationProvider, field: str) -> bool:
    if field == WEBHOOK_SECRET:
        return any(secret.provider_id == row.id for secret in list_webhook_secrets(session))
    return bool(getattr(row, field)) if field in (*KEY_COLUMNS, ENDPOINT) else field in row.config


def _keep(session: Session, master_keys: Keys, row: IntegrationProvider, field: str, value: Any) -> None:
    if field == WEBHOOK_SECRET:
        for secret in value:
            add_webhook_secret(session, master_keys(), row.id, secret, datetime.now(UTC))
    elif field in KEY_COLUMNS:
        keep_key(master_keys(), row, field, value)
    elif field == ENDPOINT:
        row.endpoint = value
    else:
        row.config = {**row.config, field: value}


def _stays_sealed(session: Session, master_keys: Keys) -> list[str]:
    """A start with another master key is told at once, and not by the first customer whose payment waits."""
    session.flush()
    providers = [row for row in list_providers(session) if row.api_key or row.api_secret]
    secrets = active_at(list_webhook_secrets(session), datetime.now(UTC))
    return list(find_sealed(master_keys(), providers, secrets)) if providers or secrets else []
