"""A person says that mail may go to an address again."""

from datetime import datetime

from sqlalchemy.orm import Session

from billing.errors import Rejected
from billing.mail.queries import key_of
from billing.mail.tables import StoppedAddress


def lift_stop(session: Session, address: str, by: str, wall_at: datetime) -> None:
    """Mail is sent there from now on; what was not sent meanwhile is not. Raises Rejected `address_not_stopped`."""
    stopped = session.get(StoppedAddress, key_of(address), with_for_update=True, populate_existing=True)
    if stopped is None or stopped.lifted_at is not None:
        raise Rejected("address_not_stopped", "Mail to this address has not stopped.", status=404)
    stopped.lifted_at, stopped.lifted_by = wall_at, by
