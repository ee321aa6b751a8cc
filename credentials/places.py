"""Where sealed values lie, and each of them opened there."""

from uuid import UUID

from credentials.master_keys import MasterKeys
from credentials.sealing import Place, unseal
from credentials.tables import EndpointSecret, IntegrationProvider, StaffSecondFactor, WebhookSecret

# what a provider is called with
KEY_COLUMNS = ("api_key", "api_secret")


def place_of_key(provider_id: str, column: str) -> Place:
    """Of a key in a provider's own row."""
    return Place(IntegrationProvider.__tablename__, column, provider_id)


def place_of_webhook_secret(secret: WebhookSecret) -> Place:
    """Its provider is part of its place: given to another one it opens nothing."""
    return Place(WebhookSecret.__tablename__, "secret", f"{secret.provider_id}/{secret.id}")


def key_of(keys: MasterKeys, provider: IntegrationProvider, column: str) -> str:
    """One of `KEY_COLUMNS`, opened; empty when it is not set. Raises Sealed."""
    sealed: str = getattr(provider, column)
    return unseal(keys, place_of_key(provider.id, column), sealed) if sealed else ""


def webhook_secret_of(keys: MasterKeys, secret: WebhookSecret) -> str:
    """One secret that is not the environment's, opened. Raises Sealed."""
    return unseal(keys, place_of_webhook_secret(secret), secret.secret)


def place_of_endpoint_secret(secret: EndpointSecret) -> Place:
    """Its endpoint is part of its place, too."""
    return Place(EndpointSecret.__tablename__, "secret", f"{secret.endpoint_id}/{secret.id}")


def endpoint_secret_of(keys: MasterKeys, secret: EndpointSecret) -> str:
    """What an endpoint's messages are signed with, opened. Raises Sealed."""
    return unseal(keys, place_of_endpoint_secret(secret), secret.secret)


def place_of_second_factor(staff_id: UUID) -> Place:
    """Whose authenticator it is: given to another person it opens nothing."""
    return Place(StaffSecondFactor.__tablename__, "secret", str(staff_id))


def second_factor_of(keys: MasterKeys, factor: StaffSecondFactor) -> str:
    """What an authenticator knows, opened. Raises Sealed."""
    return unseal(keys, place_of_second_factor(factor.staff_id), factor.secret)
