"""Find the values that these master keys do not open: what was lost with a key, or damaged."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from credentials.errors import Sealed
from credentials.master_keys import MasterKeys
from credentials.places import KEY_COLUMNS, key_of, webhook_secret_of
from credentials.tables import IntegrationProvider, WebhookSecret


def find_sealed(
    keys: MasterKeys, providers: Iterable[IntegrationProvider], secrets: Iterable[WebhookSecret]
) -> Iterator[str]:
    """A sentence for each, which names its column and its provider, and why it stays sealed."""
    for provider in providers:
        for column in KEY_COLUMNS:
            yield from _reason(f"the {column} of {provider.id}", partial(key_of, keys, provider, column))
    for secret in secrets:
        if secret.secret:
            yield from _reason(f"a webhook_secret of {secret.provider_id}", partial(webhook_secret_of, keys, secret))


def _reason(what: str, open_it: Callable[[], str]) -> Iterator[str]:
    try:
        open_it()
    except Sealed as error:
        yield f"{what} stays sealed: {error}"
