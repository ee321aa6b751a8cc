"""What waits for a second person, and above how much it does."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, one_of, written_at


class ApprovalStatus(StrEnum):
    """Where it stands. What was approved is done by the worker right after, and is stale if the books have moved on."""

    WAITING = "waiting"
    APPROVED = "approved"
    DONE = "done"
    REFUSED = "refused"
    STALE = "stale"
    EXPIRED = "expired"


# of how people are named by which door they decide: see `billing.manual_payments.rules`
_PERSON = "lower(regexp_replace({}, '^(operator|key|staff)/', ''))"
_TWO = f"(decided_by <> '' AND {_PERSON.format('decided_by')} <> {_PERSON.format('asked_by')})"


class Approval(Base):
    """A command that was stopped, by its operation's id; what it would do, and by whom that is wanted.

    `fingerprint` stands for the command and its effect: whoever approves sends it back. `amount` is in `unit`: minor
    units of a currency, or credits.
    """

    __tablename__ = "approvals"
    __table_args__ = (
        one_of("status", ApprovalStatus),
        CheckConstraint("jsonb_typeof(effect) = 'object'", name="effect_is_an_object"),
        CheckConstraint(f"status NOT IN ('approved', 'done') OR {_TWO}", name="two_people"),
        CheckConstraint("(status = 'refused') = (reason <> '')", name="refused_for_a_reason"),
        CheckConstraint("(decided_at IS NULL) = (decided_by = '')", name="decided_has_a_time"),
        Index("ix_approvals_newest", "created_at", "id"),
        Index("ix_approvals_waiting", "expires_at", postgresql_where=text("status = 'waiting'")),
    )

    id: Mapped[UUID] = mapped_column(ForeignKey("operations.id"), primary_key=True)
    kind: Mapped[str]
    account_id: Mapped[UUID | None]
    command_sha256: Mapped[str]
    effect: Mapped[dict[str, Any]]
    fingerprint: Mapped[str]
    amount: Mapped[int]
    unit: Mapped[str]
    status: Mapped[ApprovalStatus]
    asked_by: Mapped[str]
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    decided_by: Mapped[str] = mapped_column(server_default="")
    decided_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime] = written_at()


class DoneAlone(Base):
    """So much of a unit one person has done to an account without another: below the limit, by slices above it.

    `id` is that of the operation, or of what was done at the command line; `kind` is what counts together (`ADDS_UP`).
    """

    __tablename__ = "done_alone"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount_positive"),
        Index("ix_done_alone_of_account", "account_id", "kind", "unit", "done_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    unit: Mapped[str]
    amount: Mapped[int]
    done_at: Mapped[datetime] = written_at()


class SecondPersonLimit(Base):
    """Above so much a kind of command needs a second person; NULL: never. Unit `*` is every one without a row."""

    __tablename__ = "second_person_limits"
    __table_args__ = (
        CheckConstraint("limit_amount >= 0", name="limit_not_negative"),
        CheckConstraint("unit = 'credits' OR unit ~ '^([A-Z]{3}|[*])$'", name="unit_known"),
    )

    kind: Mapped[str] = mapped_column(primary_key=True)
    unit: Mapped[str] = mapped_column(primary_key=True)
    limit_amount: Mapped[int | None]
