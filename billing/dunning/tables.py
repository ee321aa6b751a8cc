"""Dunning policies, and the invoices that are being dunned."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, one_of, written_at


class DunningEnd(StrEnum):
    """What happens to the subscription when the last try has failed.

    Marked unpaid it stays past due, and its invoice stays open: whoever names another card has paid and goes on.
    """

    CANCEL = "cancel"
    MARK_UNPAID = "mark_unpaid"
    PAUSE = "pause"


class LostDisputes(StrEnum):
    """What becomes of a subscription's invoice whose payment a bank has taken back for good.

    Owed, it is dunned as one whose card was refused for good. Purchases have no policy: they are uncollectible. So is
    what a gateway asks for, which goes on saying that it was paid.
    """

    UNCOLLECTIBLE = "uncollectible"
    OWED = "owed"


class DunningState(StrEnum):
    """Where the dunning of an invoice stands."""

    OPEN = "open"
    RECOVERED = "recovered"
    EXHAUSTED = "exhausted"
    STOPPED = "stopped"


class DunningPolicy(Base):
    """When to try again and what to do in the end. `retry_days` are whole days after the first failure, ascending.

    With `tries_other_cards` a renewal whose card is refused for good is charged to the account's next one at once.
    What is paid by transfer cannot be tried: of that the customer is reminded on `reminder_days`, whole days after the
    due day or, below zero, before it; and `transfer_days` after it is the end. With `suspends_limits` nothing of what
    the plan allows may be used meanwhile.
    """

    __tablename__ = "dunning_policies"
    __table_args__ = (
        one_of("at_the_end", DunningEnd),
        one_of("lost_disputes", LostDisputes),
        CheckConstraint("transfer_days >= 0", name="transfer_days_not_negative"),
    )

    slug: Mapped[str] = mapped_column(primary_key=True)
    retry_days: Mapped[list[int]] = mapped_column(JSONB)
    at_the_end: Mapped[DunningEnd]
    tries_other_cards: Mapped[bool] = mapped_column(server_default="true")
    reminder_days: Mapped[list[int]] = mapped_column(JSONB, server_default="[-3, 1, 7]")
    transfer_days: Mapped[int] = mapped_column(server_default="14")
    suspends_limits: Mapped[bool] = mapped_column(server_default="false")
    lost_disputes: Mapped[LostDisputes] = mapped_column(server_default=LostDisputes.UNCOLLECTIBLE)


class Dunning(Base):
    """The dunning of one invoice, from its first failed payment on.

    `policy` is frozen as it was when the dunning began. `next_attempt_at` is null while nothing is to be tried: a hard
    decline waits for another card, and then `ends_at` alone ends it. An exhausted one is not opened again, though its
    invoice may be pending still (marked unpaid) and be paid with another card; only when that payment is charged back.
    """

    __tablename__ = "dunnings"
    __table_args__ = (
        one_of("state", DunningState),
        CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed_has_a_time"),
        CheckConstraint("state = 'open' OR (next_attempt_at IS NULL)", name="closed_tries_no_more"),
        Index("ix_dunnings_next", "next_attempt_at", postgresql_where=text("state = 'open'")),
        Index("ix_dunnings_ends", "ends_at", postgresql_where=text("state = 'open'")),
        Index("ix_dunnings_account", "account_id", postgresql_where=text("state = 'open'")),
    )

    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("invoices.id"), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    subscription_id: Mapped[UUID | None] = mapped_column(ForeignKey("subscriptions.id"))
    clock_id: Mapped[UUID | None] = mapped_column(ForeignKey("test_clocks.id"))
    state: Mapped[DunningState]
    policy: Mapped[dict[str, Any]]
    attempts: Mapped[int]
    last_code: Mapped[str] = mapped_column(server_default="")
    needs_new_card: Mapped[bool] = mapped_column(server_default="false")
    opened_at: Mapped[datetime]
    next_attempt_at: Mapped[datetime | None]
    ends_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    written_at: Mapped[datetime] = written_at()
