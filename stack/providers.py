"""`cashbeat provider set|disable|enable`: what vendors are called with, kept sealed in the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import TypeAdapter, ValidationError

from credentials.errors import Sealed
from credentials.keep import keep_key, keep_provider
from credentials.places import KEY_COLUMNS
from credentials.roll_webhook_secret import roll_webhook_secret
from credentials.tables import IntegrationProvider
from schemas.names import Name
from schemas.refusals import refusals
from settings import Settings, half_a_sentence
from stack.errors import StackError
from stack.master_keys import to_seal
from stack.sessions import session
from stack.vendors import VENDORS, Vendor, is_sandbox_key

WEBHOOK_SECRET = "webhook_secret"  # noqa: S105 - a field's name
SECRETS = (*KEY_COLUMNS, WEBHOOK_SECRET)
NOT_AS_ARGUMENT = (
    "{} is never an argument: others can read those while the command runs, and the shell keeps them. "
    "Leave it out to be asked for it, or pass it on standard input"
)


def vendor_of(name: str) -> Vendor:
    """Raises StackError for one that there is no room for."""
    if name not in VENDORS:
        raise StackError(f"there is no provider {name!r}; there are {', '.join(VENDORS)}")
    return VENDORS[name]


def plain_shapes(vendor: Vendor) -> dict[str, Any]:
    """What its row may say that is no secret, and how each of that has to look."""
    return {"endpoint": vendor.endpoint_shape, "display_name": Name, **vendor.config_shapes}


def set_secret(settings: Settings, name: str, field: str, secret: str, overlap: timedelta) -> None:
    """Keep one of `SECRETS`; the provider is called with it from now on. Raises StackError, which repeats no secret.

    Webhook secrets from before stay active for `overlap`.
    """
    vendor, keys = vendor_of(name), to_seal(settings)
    _check(settings, vendor, field, secret)
    with _sealed_told(), session(settings) as opened:
        row = keep_provider(opened, fresh_row(name))
        opened.flush()
        if field == WEBHOOK_SECRET:
            roll_webhook_secret(opened, keys, name, secret, datetime.now(UTC), overlap)
        else:
            keep_key(keys, row, field, secret)
        if field == "api_key":
            row.sandbox = is_sandbox_key(vendor, secret)


def set_plain(settings: Settings, name: str, field: str, value: str) -> None:
    """Set what is no secret, of its row or its `config`. Raises StackError."""
    vendor = vendor_of(name)
    shapes = plain_shapes(vendor)
    if field not in shapes:
        raise StackError(f"{name} has no {field!r}; it has {', '.join((*SECRETS, *shapes))}")
    shaped = _shaped(shapes[field], value, field)
    if field == "endpoint" and settings.is_production and value.lower().startswith("http://"):
        raise StackError("endpoint must be https in production; a sandbox is no gateway")
    with session(settings) as opened:
        row = keep_provider(opened, fresh_row(name))
        if field in vendor.config_shapes:
            row.config = {**row.config, field: shaped}
        else:
            setattr(row, field, shaped)


def switch(settings: Settings, name: str, *, active: bool) -> None:
    """Let a provider be called, or not. Raises StackError for one without a row."""
    vendor_of(name)
    with session(settings) as opened:
        row = opened.get(IntegrationProvider, name, with_for_update=True)
        if row is None:
            raise StackError(f"{name} has no row yet; `cashbeat provider set {name} api_key` begins one")
        row.active = active


def fresh_row(name: str) -> IntegrationProvider:
    """A provider of which no more is known than what it is."""
    vendor = vendor_of(name)
    return IntegrationProvider(
        id=name, display_name=vendor.display_name, type=vendor.type, api_key="", api_secret="", endpoint="", config={},
        active=True, sandbox=False,
    )  # fmt: skip


def _check(settings: Settings, vendor: Vendor, field: str, secret: str) -> None:
    if not secret:
        raise StackError(f"{field} is empty; `cashbeat provider disable` keeps a provider from being called")
    if field == WEBHOOK_SECRET and vendor.webhook_secret_shape is None:
        raise StackError(f"{vendor.display_name} sends no webhooks")
    shapes: dict[str, Any] = {"api_key": vendor.key_shape, WEBHOOK_SECRET: vendor.webhook_secret_shape}
    _shaped(shapes.get(field, str), secret, field)
    if vendor.live_key_prefixes and secret.startswith(vendor.live_key_prefixes) and not settings.is_production:
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
