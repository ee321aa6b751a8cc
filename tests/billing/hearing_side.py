"""The product's side for tests of the rules: what was told, once all that has changed is told."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from billing.events.publish import lock_untold, publish
from billing.events.tables import ProductEvent
from database.engine import Database


def tell_all(database: Database) -> int:
    """Make events of all that has changed; how many."""
    told = 0
    while True:
        with database.transaction() as session:
            ids = lock_untold(session)
            told += len(publish(session, ids))
        if not ids:
            return told


def heard(database: Database, account_id: UUID) -> Sequence[ProductEvent]:
    """All that was told of an account, in its order."""
    of_account = select(ProductEvent).where(ProductEvent.account_id == account_id)
    with database.transaction() as session:
        return session.scalars(of_account.order_by(ProductEvent.sequence)).all()


def types_heard(database: Database, account_id: UUID) -> list[str]:
    """Their types."""
    return [event.type for event in heard(database, account_id)]
