"""Turn out of the portal whoever was in it as the reader of a billing e-mail that is the account's no more."""

from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from billing.callers.tables import PortalSession


def turn_reader_out(session: Session, account_id: UUID, email: str) -> None:
    """Their sessions end, in every browser. Readers are known by the address in small letters, see `find_ways`."""
    of_reader = PortalSession.account_id == account_id, PortalSession.user_id == email.lower()
    session.execute(delete(PortalSession).where(*of_reader))
