"""Let a provider be called, or not."""

from datetime import timedelta

from sqlalchemy.orm import Session

from credentials.queries import LOOK_SECONDS
from credentials.tables import IntegrationProvider

# by then each worker has looked: one that had not would put the work off again
NOTICED_AFTER = timedelta(seconds=LOOK_SECONDS + 1)


def switch_provider(session: Session, name: str, *, is_active: bool) -> IntegrationProvider | None:
    """Its row, locked, from now on active or not; None where there is none."""
    row = session.get(IntegrationProvider, name, with_for_update=True)
    if row is not None:
        row.active = is_active
        session.flush()
    return row
