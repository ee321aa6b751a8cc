"""Keep what a provider is called with: a key takes the place of the one before, at once."""

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from credentials.master_keys import MasterKeys
from credentials.places import KEY_COLUMNS, place_of_key
from credentials.sealing import seal
from credentials.tables import IntegrationProvider, ProviderType


def keep_key(keys: MasterKeys, provider: IntegrationProvider, column: str, secret: str) -> None:
    """Seal a key into its row. `column` is one of `KEY_COLUMNS`. Raises MasterKeyMissing."""
    if column not in KEY_COLUMNS:
        raise ValueError(f"a provider has no {column}")
    setattr(provider, column, seal(keys, place_of_key(provider.id, column), secret))


def keep_provider(session: Session, name: str, display_name: str, kind: ProviderType) -> IntegrationProvider:
    """The row of this id, locked; begun, where there was none, by one of all who would begin it at once."""
    begun = insert(IntegrationProvider).values(id=name, display_name=display_name, type=kind)
    session.flush()  # what this session has not written yet would be read over
    session.execute(begun.on_conflict_do_nothing())
    return session.get_one(IntegrationProvider, name, with_for_update=True, populate_existing=True)
