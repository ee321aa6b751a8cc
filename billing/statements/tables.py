"""Lines of bank statements, and what became of them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, in_calendar, of_letters, written_at


class StatementLine(Base):
    """One booked line of an account at a bank, kept once; see `schemas.facts.statements.BankLine` for what it says.

    `identity` stands for the entry that it is a part of: its account, day, amount and the bank's own reference, or,
    without one, all that it says; `occurrence` counts equal entries of one day. `claim_id` is the claim by which its
    money is booked (several lines may be of one), `refund_id` the refund that it paid out; who said so, or
    that it was not, is `decided_by`. A line may be set aside for a reason (`ignored_for`). Where it stands follows from
    these, see `queries.standing`.
    """

    __tablename__ = "statement_lines"
    __table_args__ = (
        UniqueConstraint("identity", "occurrence", "part"),
        of_letters("currency", 3),
        in_calendar("booked_on"),
        CheckConstraint("occurrence > 0 AND part > 0", name="counted_from_one"),
        CheckConstraint("claim_id IS NULL OR amount_minor > 0", name="claimed_money_came"),
        CheckConstraint("refund_id IS NULL OR amount_minor < 0", name="refunded_money_left"),
        CheckConstraint(
            "(claim_id IS NOT NULL)::int + (refund_id IS NOT NULL)::int + (ignored_for <> '')::int <= 1",
            name="one_thing_became_of_it",
        ),
        CheckConstraint(
            "(claim_id IS NULL AND refund_id IS NULL AND ignored_for = '') OR decided_by <> ''",
            name="decided_by_somebody",
        ),
        Index("ix_statement_lines_newest", "created_at", "id"),
        Index(
            "ix_statement_lines_set_aside",
            "amount_minor",
            postgresql_where=text("claim_id IS NULL AND decided_by <> ''"),
        ),
        Index("ix_statement_lines_claim", "claim_id", postgresql_where=text("claim_id IS NOT NULL")),
        Index("ix_statement_lines_reversals", "account", "booked_on", postgresql_where=text("is_reversal")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account: Mapped[str]
    identity: Mapped[str]
    occurrence: Mapped[int]
    part: Mapped[int]
    booked_on: Mapped[date]
    amount_minor: Mapped[int]
    entry_minor: Mapped[int]
    currency: Mapped[str]
    bank_ref: Mapped[str] = mapped_column(server_default="")
    reference: Mapped[str] = mapped_column(server_default="")
    text: Mapped[str] = mapped_column(server_default="")
    payer: Mapped[str] = mapped_column(server_default="")
    payer_account: Mapped[str] = mapped_column(server_default="")
    is_reversal: Mapped[bool] = mapped_column(server_default="false")
    is_collective: Mapped[bool] = mapped_column(server_default="false")
    claim_id: Mapped[UUID | None] = mapped_column(ForeignKey("payment_claims.id"))
    refund_id: Mapped[UUID | None] = mapped_column(ForeignKey("refunds.id"), unique=True)
    ignored_for: Mapped[str] = mapped_column(server_default="")
    decided_by: Mapped[str] = mapped_column(server_default="")
    imported_by: Mapped[str]
    created_at: Mapped[datetime] = written_at()
