"""`cashbeat provider show`: what is kept, and of secrets no more than tells two of them apart."""

from collections.abc import Callable, Iterator
from functools import partial

from sqlalchemy.orm import Session

from credentials.errors import Sealed
from credentials.master_keys import MasterKeys
from credentials.places import KEY_COLUMNS, key_of, webhook_secret_of
from credentials.queries import list_providers, list_webhook_secrets
from credentials.tables import IntegrationProvider, WebhookSecret
from gateways.reasons import masked_secret
from settings import Settings
from stack.master_keys import to_open
from stack.printable import printable_line
from stack.sessions import reading


def describe_all(settings: Settings) -> list[str]:
    """Line by line; a value that does not open is told with the reason. Raises StackError without a database."""
    keys = to_open(settings)
    with reading(settings) as opened:
        return [line for row in list_providers(opened) for line in _describe(opened, keys, row)]


def _describe(opened: Session, keys: MasterKeys, row: IntegrationProvider) -> Iterator[str]:
    state = "active" if row.active else "disabled"
    yield printable_line(f"{row.id}  {row.display_name}  {row.type}  {state}{'  sandbox' if row.sandbox else ''}")
    for column in KEY_COLUMNS:
        yield f"  {column}  {_told(partial(key_of, keys, row, column), getattr(row, column))}"
    yield f"  endpoint  {printable_line(row.endpoint) or 'not set'}"
    for name, value in sorted(row.config.items()):
        yield printable_line(f"  {name}  {value}")
    for secret in list_webhook_secrets(opened):
        if secret.provider_id == row.id:
            told = _told(partial(webhook_secret_of, keys, secret), secret.secret, unset="the environment's")
            yield f"  webhook_secret  {told}  {_span(secret)}"


def _told(open_it: Callable[[], str], sealed: str, *, unset: str = "not set") -> str:
    if not sealed:
        return unset
    try:
        return f"{masked_secret(open_it())}  sealed under {sealed.partition('.')[0]}"
    except Sealed as error:
        return f"stays sealed: {error}"


def _span(secret: WebhookSecret) -> str:
    until = f" until {secret.active_until:%Y-%m-%dT%H:%M:%SZ}" if secret.active_until else ""
    return f"from {secret.active_from:%Y-%m-%dT%H:%M:%SZ}{until}"
