"""Secrets of the product's endpoints: added, opened, and forgotten when their endpoint is."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from credentials.master_keys import MasterKeys
from credentials.places import endpoint_secret_of, place_of_endpoint_secret
from credentials.sealing import seal
from credentials.tables import EndpointSecret
from database.clock import database_time
from database.ids import uuid7

# so long the product has to learn the new one
OVERLAP = timedelta(hours=24)


def add_endpoint_secret(session: Session, keys: MasterKeys, endpoint_id: UUID, secret: str) -> None:
    """Active from now on; the others of the endpoint end after `OVERLAP`, unless they end sooner. Raises Sealed."""
    now = database_time(session)
    of_endpoint = EndpointSecret.endpoint_id == endpoint_id
    goes_on = or_(EndpointSecret.active_until.is_(None), EndpointSecret.active_until > now + OVERLAP)
    ended = delete(EndpointSecret).where(of_endpoint, EndpointSecret.active_until <= now)
    ending = update(EndpointSecret).where(of_endpoint, goes_on).values(active_until=now + OVERLAP)
    for statement in (ended, ending):
        session.execute(statement, execution_options={"synchronize_session": False})
    row = EndpointSecret(id=uuid7(), endpoint_id=endpoint_id, active_from=now)
    row.secret = seal(keys, place_of_endpoint_secret(row), secret)
    session.add(row)
    session.flush()


def opened_secrets(session: Session, keys: MasterKeys, endpoint_id: UUID) -> tuple[str, ...]:
    """Those that sign now, the newest first. Raises Sealed."""
    is_active = or_(EndpointSecret.active_until.is_(None), EndpointSecret.active_until > func.now())
    active = select(EndpointSecret).where(EndpointSecret.endpoint_id == endpoint_id, is_active)
    rows = session.scalars(active.order_by(EndpointSecret.active_from.desc(), EndpointSecret.id.desc())).all()
    return tuple(endpoint_secret_of(keys, row) for row in rows)
