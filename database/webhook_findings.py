"""What workers found out about each gateway's webhooks, counted since ever: figures for whoever watches them."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from database.base import Base


class WebhookFindings(Base):
    """`refused`: looked at and not genuine. `missing`: events that were heard by asking, for no webhook had come."""

    __tablename__ = "webhook_findings"

    gateway: Mapped[str] = mapped_column(primary_key=True)
    refused: Mapped[int] = mapped_column(server_default="0")
    missing: Mapped[int] = mapped_column(server_default="0")


def count_refused(session: Session, gateway: str, count: int) -> None:
    """So many more of the gateway's were refused."""
    _count(session, gateway, "refused", count)


def count_missing(session: Session, gateway: str, count: int) -> None:
    """So many more of the gateway's had not come."""
    _count(session, gateway, "missing", count)


def read_findings(session: Session) -> dict[str, WebhookFindings]:
    """By gateway; one of which nothing was found is not among them."""
    return {row.gateway: row for row in session.scalars(select(WebhookFindings))}


def _count(session: Session, gateway: str, column: str, count: int) -> None:
    statement = insert(WebhookFindings).values({"gateway": gateway, column: count})
    more = {column: WebhookFindings.__table__.c[column] + count}
    session.execute(
        statement.on_conflict_do_update(index_elements=["gateway"], set_=more),
        execution_options={"synchronize_session": False},
    )
