"""Events whose signature is still to be checked, and the certificates that others were checked by.

Nobody acts on an unverified event. It never enters the inbox, where its id would keep the genuine one out.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import UniqueConstraint, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from database.base import Base
from database.memory import Remembered, memory_constraints

# What lies nowhere, or is not trusted, is not asked for again in this time, however many events say that it is there.
REFUSED_FOR = timedelta(seconds=60)
# These many of a gateway may wait. A new certificate is known within seconds, and its first events are few; more come
# when somebody makes them up, or while the certificate cannot be fetched, and then the gateway sends them again. What
# waits because its certificate is not trusted is the gateway's own: it lies there, and its key has signed the event.
# Nobody else can fill this with such; and what is parked does not count.
UNVERIFIED_MAX = 1_000


class UnverifiedEvent(Remembered, Base):
    """One event as somebody sent it, with what is needed to check it: see `gateways.envelope.Unchecked`.

    One that is refused is gone; so is one that is genuine, which is in the inbox then.
    """

    __tablename__ = "unverified_events"
    __table_args__ = (
        UniqueConstraint("gateway", "transmission_id"),
        *memory_constraints("unverified_events"),
    )

    gateway: Mapped[str]
    transmission_id: Mapped[str]
    event_id: Mapped[str]
    event_type: Mapped[str]
    body: Mapped[str]
    certificate_url: Mapped[str]
    evidence: Mapped[dict[str, Any]]
    # the door rings for all that it stores
    hinted_at: Mapped[datetime | None] = mapped_column(server_default=func.now())

    @property
    def what(self) -> str:
        """What type of event it says it is."""
        return self.event_type

    def log_context(self) -> dict[str, str]:
        """The id that it says it has."""
        return {"event_id": self.event_id}


class GatewayCertificate(Base):
    """What lay in a place of a gateway's, by the wall clock until then; an empty one was refused.

    Whoever uses one looks whether it is trusted: that may have changed, and differs between machines.
    """

    __tablename__ = "gateway_certificates"

    gateway: Mapped[str] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(primary_key=True)
    pem: Mapped[str]
    valid_until: Mapped[datetime]


def list_certificates(session: Session) -> dict[str, dict[str, str]]:
    """PEM by place, by gateway: those that are certificates, trusted or not. A handful."""
    there = select(GatewayCertificate).where(GatewayCertificate.pem != "").order_by(GatewayCertificate.url)
    found: dict[str, dict[str, str]] = {}
    for row in session.scalars(there):
        found.setdefault(row.gateway, {})[row.url] = row.pem
    return found


def find_certificate(session: Session, gateway: str, url: str, now: datetime) -> str | None:
    """Its PEM while it is in force, empty while it is refused; None when nothing is known of it."""
    return session.scalar(
        select(GatewayCertificate.pem).where(
            GatewayCertificate.gateway == gateway, GatewayCertificate.url == url, GatewayCertificate.valid_until > now
        )
    )


def keep_certificate(session: Session, gateway: str, url: str, pem: str, valid_until: datetime) -> None:
    """What was found there, in the place of what lay there before."""
    statement = insert(GatewayCertificate).values(gateway=gateway, url=url, pem=pem, valid_until=valid_until)
    kept = {"pem": pem, "valid_until": valid_until}
    session.execute(statement.on_conflict_do_update(index_elements=["gateway", "url"], set_=kept))


def forget_certificates(session: Session, now: datetime) -> None:
    """Those that are over, refused ones included: whoever makes up addresses fills no table."""
    session.execute(delete(GatewayCertificate).where(GatewayCertificate.valid_until <= now))
