"""Keep what a provider is called with: a key takes the place of the one before, at once."""

from sqlalchemy.orm import Session

from credentials.master_keys import MasterKeys
from credentials.places import KEY_COLUMNS, place_of_key
from credentials.sealing import seal
from credentials.tables import IntegrationProvider


def keep_key(keys: MasterKeys, provider: IntegrationProvider, column: str, secret: str) -> None:
    """Seal a key into its row; empty takes it away. `column` is one of `KEY_COLUMNS`. Raises MasterKeyMissing."""
    if column not in KEY_COLUMNS:
        raise ValueError(f"a provider has no {column}")
    setattr(provider, column, seal(keys, place_of_key(provider.id, column), secret) if secret else "")


def keep_provider(session: Session, provider: IntegrationProvider) -> IntegrationProvider:
    """The row of this id, locked; the one given, where there was none."""
    found = session.get(IntegrationProvider, provider.id, with_for_update=True)
    if found is None:
        session.add(found := provider)
    return found
