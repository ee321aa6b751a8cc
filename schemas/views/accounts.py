"""Accounts."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from schemas.recipients import MailKind
from schemas.views.base import View


class AccountStatus(StrEnum):
    """Whether an account lives."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSED = "closed"


class MailStopView(View):
    """Why no mail is sent to an address any more: it `bounced` for good, or its owner `complained` that it is spam."""

    reason: str
    said: str
    stopped_at: datetime


class ListedAccountView(View):
    """A customer of the SaaS company, as it stands in a list. One that is closed was deleted, at `closed_at`.

    One that is suspended, since `suspended_at`, begins and uses nothing.
    """

    id: UUID
    name: str
    slug: str
    owner: str
    billing_email: str
    billing_address: dict[str, str]
    tax_id: str
    test_clock_id: UUID | None
    created_at: datetime
    status: AccountStatus
    suspended_at: datetime | None
    closed_at: datetime | None


class DeletedAccountView(View):
    """An account that was deleted. Its papers are kept until `keep_until`, as the law wants, and then erased."""

    account_id: UUID
    closed_at: datetime
    keep_until: datetime


class AccountView(ListedAccountView):
    """A customer of the SaaS company.

    `kept_minor` is money kept for the next invoices, in minor units by currency; negative, it is owed with them.
    `open_disputes` counts the payments, or parts of them, that it contests at its bank now.
    `mail_stopped` says why no mail is sent to `billing_email`; null where it is.
    """

    kept_minor: dict[str, int] = Field(default_factory=dict)
    open_disputes: int = 0
    mail_stopped: MailStopView | None = None


class PendingEmailView(View):
    """A billing e-mail that waits to be confirmed, until `expires_at`; `mails` were asked for so far."""

    email: str
    expires_at: datetime
    mails: int


class AccountSettingsView(View):
    """What a customer says of itself. `tax_id_checked`: the country's form and check digits are known, and it has them.

    `pending_email` is the billing e-mail that waits to be confirmed; until then `billing_email` is used.
    """

    account_id: UUID
    name: str
    billing_address: dict[str, str]
    tax_id: str
    tax_id_checked: bool
    billing_email: str
    pending_email: PendingEmailView | None
    recipients: dict[MailKind, list[str]]
    time_zone: str
    locale: str
