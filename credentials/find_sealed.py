"""Find the values that these master keys do not open: what was lost with a key, or damaged."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from credentials.errors import Sealed
from credentials.master_keys import MasterKeys
from credentials.places import KEY_COLUMNS, endpoint_secret_of, key_of, second_factor_of, webhook_secret_of
from credentials.tables import EndpointSecret, IntegrationProvider, StaffSecondFactor, WebhookSecret


def find_sealed(
    keys: MasterKeys,
    providers: Iterable[IntegrationProvider],
    secrets: Iterable[WebhookSecret],
    of_endpoints: Iterable[EndpointSecret] = (),
    of_staff: Iterable[StaffSecondFactor] = (),
) -> Iterator[str]:
    """A sentence for each, which names its column and its provider, endpoint or person, and why it stays sealed."""
    for provider in providers:
        for column in KEY_COLUMNS:
            yield from _reason(f"the {column} of {provider.id}", partial(key_of, keys, provider, column))
    for secret in secrets:
        if secret.secret:
            yield from _reason(f"a webhook_secret of {secret.provider_id}", partial(webhook_secret_of, keys, secret))
    for of_endpoint in of_endpoints:
        what = f"the secret of the endpoint {of_endpoint.endpoint_id}"
        yield from _reason(what, partial(endpoint_secret_of, keys, of_endpoint))
    for factor in of_staff:
        yield from _reason(f"the authenticator of {factor.staff_id}", partial(second_factor_of, keys, factor))


def _reason(what: str, open_it: Callable[[], str]) -> Iterator[str]:
    try:
        open_it()
    except Sealed as error:
        yield f"{what} stays sealed: {error}"
