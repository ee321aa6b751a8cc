"""`cashbeat provider set|disable|enable`: what vendors are called with, kept sealed in the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import delete
from sqlalchemy.orm import Session

from billing.waking import wake
from credentials.errors import Sealed
from credentials.keep import keep_key, keep_provider
from credentials.places import KEY_COLUMNS
from credentials.roll_webhook_secret import roll_webhook_secret
from credentials.switch_provider import NOTICED_AFTER
from credentials.tables import IntegrationProvider, WebhookSecret
from schemas.names import Name
from schemas.refusals import refusals
from setting_needs import PUBLIC, is_plain_http
from setting_values import BaseUrl
from settings import Settings, half_a_sentence
from stack.errors import StackError
from stack.master_keys import to_seal
from stack.sessions import session
from stack.vendors import ENDPOINT, VENDORS, WEBHOOK_SECRET, Vendor, is_sandbox_key

DISPLAY_NAME = "display_name"
SECRETS = (*KEY_COLUMNS, WEBHOOK_SECRET)
NOT_AS_ARGUMENT = (
    "{} is never an argument: others can read those while the command runs, and the shell keeps them. "
    "Leave it out to be asked for it, or pass it on standard input"
)


def vendor_of(name: str) -> Vendor:
    """Raises StackError for one that there is no room for."""
    if name not in VENDORS:
        raise StackError(f"there is no such provider; there are {', '.join(VENDORS)}")
    return VENDORS[name]


def plain_shapes(vendor: Vendor) -> dict[str, Any]:
    """What its row may say that is no secret, and how each of that has to look."""
    return {ENDPOINT: BaseUrl, DISPLAY_NAME: Name, **vendor.connecting.config_shapes}


def fields_of(vendor: Vendor) -> list[str]:
    """All that can be set of it."""
    signs = [] if vendor.connecting.webhook_secret_shape is None else [WEBHOOK_SECRET]
    return [*vendor.connecting.keys, *signs, *plain_shapes(vendor)]


def set_secret(settings: Settings, name: str, field: str, secret: str, overlap: timedelta) -> None:
    """Keep one of `SECRETS`; the provider is called with it from now on. Raises StackError, which repeats no secret.

    Webhook secrets from before stay active for `overlap`.
    """
    vendor, keys = vendor_of(name), to_seal(settings)
    _require_field(vendor, name, field)
    _check(settings, vendor, field, secret)
    with _sealed_told(), _provider(settings, name) as (opened, row):
        if field == WEBHOOK_SECRET:
            roll_webhook_secret(opened, keys, name, secret, datetime.now(UTC), overlap)
        else:
            keep_key(keys, row, field, secret)
        if field in vendor.connecting.keys:
            row.sandbox = is_sandbox_key(settings, vendor, secret)


def set_plain(settings: Settings, name: str, field: str, value: str) -> None:
    """Set what is no secret, of its row or its `config`. Raises StackError."""
    vendor = vendor_of(name)
    _require_field(vendor, name, field)
    shapes = plain_shapes(vendor)
    shaped = _shaped(shapes[field], value, field)
    if field == ENDPOINT and settings.is_production and is_plain_http(value):
        raise StackError("endpoint must be https in production; a sandbox is no gateway")
    with _provider(settings, name) as (_, row):
        if field in vendor.connecting.config_shapes:
            row.config = {**row.config, field: shaped}
        else:
            setattr(row, field, shaped)


def unset(settings: Settings, name: str, field: str) -> None:
    """Take away what was set, as if it never had been: what the environment says counts again. Raises StackError."""
    vendor = vendor_of(name)
    _require_field(vendor, name, field)
    with _provider(settings, name) as (opened, row):
        if field == WEBHOOK_SECRET:
            opened.execute(delete(WebhookSecret).where(WebhookSecret.provider_id == name))
        elif field in vendor.connecting.config_shapes:
            row.config = {key: value for key, value in row.config.items() if key != field}
        else:
            setattr(row, field, vendor.connecting.display_name if field == DISPLAY_NAME else "")


def switch(settings: Settings, name: str, *, active: bool) -> None:
    """Let a provider be called, or not. Raises StackError for one that there is no room for."""
    with _provider(settings, name) as (_, row):
        row.active = active


@contextmanager
def _provider(settings: Settings, name: str) -> Iterator[tuple[Session, IntegrationProvider]]:
    """Its row, locked; what waits for a change of it is tried as soon as that is noticed."""
    vendor = vendor_of(name)
    with session(settings) as opened:
        yield opened, keep_provider(opened, name, vendor.connecting.display_name, vendor.type)
        wake(opened, name, NOTICED_AFTER)


def _require_field(vendor: Vendor, name: str, field: str) -> None:
    if field not in (known := fields_of(vendor)):  # and not repeated: it may be a secret in the wrong place
        raise StackError(f"{name} has no such field; it has {', '.join(known)}")


def _check(settings: Settings, vendor: Vendor, field: str, secret: str) -> None:
    if not secret:
        raise StackError(f"{field} is empty; `cashbeat provider unset` takes it away, `disable` calls nobody")
    connecting = vendor.connecting
    shapes = {column: key.shape for column, key in connecting.keys.items()}
    shapes[WEBHOOK_SECRET] = connecting.webhook_secret_shape
    _shaped(shapes[field], secret, field)
    if settings.is_production and secret in PUBLIC:
        raise StackError(f"{field} is the sandbox's, which everybody knows")
    if (
        vendor.connecting.live_key_prefixes
        and secret.startswith(vendor.connecting.live_key_prefixes)
        and not settings.is_production
    ):
        raise StackError("CASHBEAT_ENV has to be production beside a live key, for all processes")


def _shaped(shape: Any, value: str, field: str) -> Any:
    """Unlike `stack.arguments.checked` this says nothing of the value."""
    try:
        return TypeAdapter(shape).validate_python(value)
    except ValidationError as error:
        _, reason = next(refusals(error))
        raise StackError(f"{field} {half_a_sentence(reason)}") from None


@contextmanager
def _sealed_told() -> Iterator[None]:
    try:
        yield
    except Sealed as error:
        raise StackError(str(error)) from None
