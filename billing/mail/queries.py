"""Reads of addresses to which mail has stopped."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.mail.tables import StoppedAddress
from schemas.views.accounts import MailStopView

SHOWN_MAX = 100


def key_of(address: str) -> str:
    """An address as it is looked for: nobody tells two mailboxes apart by their capital letters."""
    return address.strip().lower()


def find_stop(session: Session, address: str) -> StoppedAddress | None:
    """Why no mail goes to an address; None where it does."""
    standing = select(StoppedAddress).where(StoppedAddress.address == key_of(address))
    return session.scalar(standing.where(StoppedAddress.lifted_at.is_(None)))


def reachable(session: Session, addresses: Sequence[str]) -> list[str]:
    """Those of some addresses to which mail goes, in their order."""
    keys = [key_of(address) for address in addresses]
    standing = select(StoppedAddress.address).where(StoppedAddress.lifted_at.is_(None))
    stopped = set(session.scalars(standing.where(StoppedAddress.address.in_(keys))))
    return [address for address in addresses if key_of(address) not in stopped]


def view_stop(session: Session, address: str) -> MailStopView | None:
    """The same, as an account shows it."""
    stopped = find_stop(session, address)
    if stopped is None:
        return None
    return MailStopView(reason=str(stopped.reason), said=stopped.said, stopped_at=stopped.stopped_at)


def list_stops(session: Session, limit: int = SHOWN_MAX) -> Sequence[StoppedAddress]:
    """The newest addresses to which mail has stopped, the newest first."""
    standing = select(StoppedAddress).where(StoppedAddress.lifted_at.is_(None))
    return session.scalars(standing.order_by(StoppedAddress.stopped_at.desc()).limit(limit)).all()
