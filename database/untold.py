"""What has changed in the books and was not told to the product yet. Triggers of the database write it; see the SQL.

They see every write of a row that the product must know, one by one or by the thousand. What is no row's change is
told by `tell`, in the transaction in which it happens.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Identity, Index, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from database.base import Base, written_at
from database.rows import insert_rows

# the kind of what was told by `tell`; every other kind is the name of a table
TOLD = "told"


class UntoldChange(Base):
    """A row as it was before (of that only what was compared; null: it is new) and after a change.

    `failure` is set where it could not be made an event: it holds up no other one, and waits for a person.
    """

    __tablename__ = "untold_changes"
    __table_args__ = (Index("ix_untold_changes_failed", "id", postgresql_where=text("failure <> ''")),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    kind: Mapped[str]
    account_id: Mapped[UUID]
    object_id: Mapped[UUID]
    # as text, for whoever writes it pays: jsonb takes three times as long to make
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    after: Mapped[dict[str, Any]] = mapped_column(JSON)
    failure: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime] = written_at()


def tell(session: Session, event: str, account_id: UUID, object_id: UUID, data: Mapping[str, Any]) -> None:
    """Tell the product, in the caller's transaction, of what is no row's change.

    `event` is one of `billing.events.types.TYPES`, `object_id` what it is about, and `data` that as JSON, as the API
    shows it.
    """
    after = {"type": event, "data": dict(data)}
    row = {"kind": TOLD, "account_id": account_id, "object_id": object_id, "after": after}
    insert_rows(session, UntoldChange, row)
