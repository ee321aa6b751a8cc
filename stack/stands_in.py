"""Whether the sandbox has to play the vendors, and whether the database fits to where this starts."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from credentials.queries import active_at, list_providers, list_webhook_secrets
from credentials.tables import IntegrationProvider, ProviderType
from setting_needs import is_plain_http
from settings import Settings
from stack.errors import StackError
from stack.sessions import transaction
from stack.vendors import VENDORS, wanted


def payment_takers(settings: Settings, database_url: str) -> list[str]:
    """Those with a key, elsewhere than at a sandbox; none: it stands in for all.

    Raises StackError in production for a vendor without a key, and elsewhere for one with a live key.
    """
    with transaction(database_url) as session:
        rows = [row for row in list_providers(session) if row.api_key]
        signed = {secret.provider_id for secret in active_at(list_webhook_secrets(session), datetime.now(UTC))}
    problems = _lacking({row.id: row for row in rows}, signed) if settings.is_production else _too_real(rows)
    if sentence := "; ".join(problems):
        raise StackError(sentence)
    return [row.id for row in rows if row.type is ProviderType.PAYMENT and not is_plain_http(row.endpoint)]


def why_no_sandbox(takers: list[str]) -> str:
    """A key that was set while the sandbox ran ends it at the next start; that has to be told."""
    unset = f"`cashbeat provider unset {takers[0]} api_key` takes it away"
    return f"the sandbox does not run: the database has a key of {' and '.join(takers)}; {unset}"


def _lacking(keyed: Mapping[str, IntegrationProvider], signed: set[str]) -> Iterator[str]:
    for name in wanted(keyed):
        vendor = VENDORS[name]
        for column in vendor.connecting.keys:
            if not getattr(keyed.get(name), column, ""):
                what, setting = column.removeprefix("api_"), vendor.key_setting(column).upper()
                yield f"{name} has no {what}; set {setting}, or run `cashbeat provider set {name} {column}`"
        if vendor.connecting.webhook_secret_shape is not None and name not in signed:
            yield f"{name} has no webhook secret; run `cashbeat provider set {name} webhook_secret`"


def _too_real(rows: list[IntegrationProvider]) -> Iterator[str]:
    for row in rows:
        if row.type is ProviderType.PAYMENT and not row.sandbox:
            yield f"CASHBEAT_ENV has to be production: the database holds a live key of {row.id}"
