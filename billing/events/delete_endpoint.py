"""Send an endpoint nothing more."""

from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from billing.events.queries import lock_endpoint
from billing.events.tables import EventDelivery


def delete_endpoint(session: Session, endpoint_id: UUID) -> None:
    """With it goes what waits and the record of what was sent; a request that is on its way arrives.

    Raises Rejected `endpoint_not_found`.
    """
    endpoint = lock_endpoint(session, endpoint_id)
    session.execute(delete(EventDelivery).where(EventDelivery.endpoint_id == endpoint_id))
    session.delete(endpoint)
    session.flush()
