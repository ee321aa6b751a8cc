"""The accounts table."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, of_letters, one_of, written_at
from schemas.recipients import MailKind


class Account(Base):
    """A customer of the SaaS company. `owner` is the product's own id of the person who may act for the account.

    `credit_debt_max` is how many credits it may owe: how far below zero a refund of used ones may take its balance.
    `credit_overdraft_max` is how far below zero its own use may take it, as was agreed; nothing unless somebody did.
    One that was deleted is `closed_at`; until `keep_until` the law wants its papers, and then nothing is left that
    names a person (`erased_at`). `forget_at` is when what the pipeline remembers of it is looked through next.
    While it is suspended (`suspended_at`) nothing is begun for it, see `Command.begins`; what it has runs on.
    """

    __tablename__ = "accounts"
    __table_args__ = (
        of_letters("country", 2),
        CheckConstraint("credit_debt_max >= 0", name="credit_debt_max_not_negative"),
        CheckConstraint("credit_overdraft_max >= 0", name="credit_overdraft_max_not_negative"),
        CheckConstraint("(closed_at IS NULL) = (keep_until IS NULL)", name="closed_is_kept"),
        CheckConstraint("closed_at IS NOT NULL OR (forget_at IS NULL AND erased_at IS NULL)", name="closed_is_erased"),
        CheckConstraint("(suspended_at IS NULL) = (suspended_because = '')", name="suspended_for_a_reason"),
        Index("ix_accounts_forget", "forget_at", postgresql_where=text("forget_at IS NOT NULL")),
        Index("ix_accounts_keep", "keep_until", postgresql_where=text("closed_at IS NOT NULL AND erased_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    slug: Mapped[str] = mapped_column(unique=True)
    owner: Mapped[str]
    billing_email: Mapped[str]
    line1: Mapped[str]
    line2: Mapped[str]
    city: Mapped[str]
    region: Mapped[str]
    postal_code: Mapped[str]
    country: Mapped[str]
    tax_id: Mapped[str]
    clock_id: Mapped[UUID | None] = mapped_column(ForeignKey("test_clocks.id"))
    credit_debt_max: Mapped[int] = mapped_column(server_default="10000")
    credit_overdraft_max: Mapped[int] = mapped_column(server_default="0")
    time_zone: Mapped[str] = mapped_column(server_default="UTC")
    locale: Mapped[str] = mapped_column(server_default="en")
    closed_at: Mapped[datetime | None]
    keep_until: Mapped[datetime | None]
    forget_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    suspended_at: Mapped[datetime | None]
    suspended_because: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime] = written_at()


Index("ix_accounts_newest", Account.created_at, Account.id)
Index("ix_accounts_owner", Account.owner)
BEGINS = "text_pattern_ops"
Index("ix_accounts_billing_email", func.lower(Account.billing_email).label("email"), postgresql_ops={"email": BEGINS})
Index("ix_accounts_name", func.lower(Account.name).label("name"), postgresql_ops={"name": BEGINS})
Index("ix_accounts_by_name", Account.name, Account.id)
Index("ix_accounts_words", func.to_tsvector(text("'simple'::regconfig"), Account.name), postgresql_using="gin")
Index(
    "ix_accounts_domain",
    func.split_part(func.lower(Account.billing_email), text("'@'"), text("2")).label("domain"),
    postgresql_ops={"domain": BEGINS},
)


class AccountRecipient(Base):
    """Who else gets the account's mails of a kind."""

    __tablename__ = "account_recipients"
    __table_args__ = (one_of("kind", MailKind),)

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    kind: Mapped[MailKind] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = written_at()


Index(
    "ix_account_recipients_email", func.lower(AccountRecipient.email).label("email"), postgresql_ops={"email": BEGINS}
)


class EmailConfirmation(Base):
    """A billing e-mail that somebody wants for an account, and how that ended; one at a time waits.

    `mails` counts the mails that were asked for, at `asked_at` the last of them. It has ended when `ended_at` is set:
    confirmed, or given up for another address. All three instants are the account's own time.
    """

    __tablename__ = "email_confirmations"
    __table_args__ = (
        CheckConstraint("mails >= 1", name="mails_counted"),
        CheckConstraint("NOT is_confirmed OR ended_at IS NOT NULL", name="confirmed_has_ended"),
        Index("uq_email_confirmations_open", "account_id", unique=True, postgresql_where=text("ended_at IS NULL")),
        Index("ix_email_confirmations_account", "account_id", "asked_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    email: Mapped[str]
    email_before: Mapped[str]
    mails: Mapped[int] = mapped_column(server_default="1")
    is_confirmed: Mapped[bool] = mapped_column(server_default=text("false"))
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class ConfirmationLink(Base):
    """A link in a mail, known by the hash of its token. `cause` is that of the mail, however often it was tried."""

    __tablename__ = "confirmation_links"

    token_sha256: Mapped[str] = mapped_column(primary_key=True)
    confirmation_id: Mapped[UUID] = mapped_column(ForeignKey("email_confirmations.id"), index=True)
    cause: Mapped[str]
    created_at: Mapped[datetime] = written_at()


class GatewayCustomer(Base):
    """What a gateway calls an account, once we know.

    One that was deleted there stays, for news of what it had; the account gets another when it needs one.
    """

    __tablename__ = "gateway_customers"
    __table_args__ = (
        Index(
            "uq_gateway_customers_live",
            "account_id",
            "gateway",
            unique=True,
            postgresql_where=text("deleted_at IS NULL"),
        ),
    )

    gateway: Mapped[str] = mapped_column(primary_key=True)
    customer_ref: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    created_at: Mapped[datetime] = written_at()
    deleted_at: Mapped[datetime | None]
