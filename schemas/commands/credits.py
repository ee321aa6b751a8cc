"""Commands about credits."""

from typing import Literal
from uuid import UUID

from pydantic import model_validator

from schemas.amounts import Credits, CreditsOrNone, MinorUnits, PurchasesAMonth
from schemas.commands.base import Command
from schemas.instants import Instant
from schemas.names import GatewayName, Line, Name, Slug
from schemas.urls import Url
from schemas.views.results import (
    ConsumedCreditsView,
    OfAccountView,
    SetAutoTopUpView,
    SetBalanceWatchView,
    SetCreditDebtMaxView,
)

# what is charged while the customer is away, and what comes past every gateway
SAVED, BY_HAND = "saved", ("bank_transfer", "local_wallet")
WITHOUT_A_PAGE = (SAVED, *BY_HAND)


class ConsumeCredits(Command):
    """Use credits, oldest expiry first. Refused as a whole when the balance is too small."""

    kind = "consume_credits"
    permission = "credits:consume"
    begins = True
    is_own_audit = True
    in_sets = True
    is_taken_along = True
    result_view = ConsumedCreditsView

    account_id: UUID
    amount: Credits
    description: Line = ""


class PurchaseCredits(Command):
    """Buy a package: from what is saved, on a gateway's page, or past every gateway.

    `method` is `saved`, a gateway by its name, `bank_transfer` or `local_wallet`. Without it what is saved is charged,
    and where nothing is, a page opens, if it is said where it leads back to. `total_minor` is what was shown to whoever
    agreed, with tax: it costs that, or is refused. `shown_card_id` is the saved card or wallet that they were shown: it
    is charged, or nothing is.
    """

    kind = "purchase_credits"
    permission = "payments:write"
    begins = True

    account_id: UUID
    package: Slug
    method: GatewayName | None = None
    success_url: Url | None = None
    cancel_url: Url | None = None
    total_minor: MinorUnits | None = None
    shown_card_id: UUID | None = None

    @model_validator(mode="after")
    def _leads_back(self) -> "PurchaseCredits":
        if (self.success_url is None) != (self.cancel_url is None):
            raise ValueError("must say both, success_url and cancel_url, or none")
        if self.success_url is None and self.is_on_page:
            raise ValueError("must say success_url and cancel_url: this is paid on a page")
        if self.shown_card_id is not None and self.method not in (None, SAVED):
            raise ValueError("must say shown_card_id only of what is paid by what is saved")
        return self

    @property
    def is_on_page(self) -> bool:
        """Whether a gateway is named."""
        return self.method is not None and self.method not in WITHOUT_A_PAGE


class SetBalanceWatch(Command):
    """Warn by e-mail when credits fall below a number; null ends it."""

    kind = "set_balance_watch"
    permission = "credits:write"
    result_view = SetBalanceWatchView

    account_id: UUID
    warn_below: Credits | None


class SetCreditDebtMax(Command):
    """How many credits an account may owe at most, once used ones are refunded; 0 for none."""

    kind = "set_credit_debt_max"
    permission = "credit_limits:write"
    result_view = SetCreditDebtMaxView

    account_id: UUID
    credit_debt_max: CreditsOrNone


class SetAutoTopUp(Command):
    """Buy a package by the saved card when credits fall below a number. Setting it again starts a stopped one anew."""

    kind = "set_auto_top_up"
    permission = "credits:write"
    begins = True
    result_view = SetAutoTopUpView

    account_id: UUID
    package: Slug
    top_up_below: Credits
    monthly_max: PurchasesAMonth = 3


class EndAutoTopUp(Command):
    """Buy nothing by itself any more."""

    kind = "end_auto_top_up"
    permission = "credits:write"
    result_view = OfAccountView

    account_id: UUID


class AdjustCredits(Command):
    """Give credits to an account, until `expires_at` or for ever, or take some: by a person's word, for a reason.

    Above the limit another person has to approve it.
    """

    kind = "adjust_credits"
    permission = "credits:adjust"

    account_id: UUID
    direction: Literal["grant", "take"]
    amount: Credits
    reason: Name
    expires_at: Instant | None = None


COMMANDS: tuple[type[Command], ...] = (
    ConsumeCredits,
    PurchaseCredits,
    SetBalanceWatch,
    SetAutoTopUp,
    EndAutoTopUp,
    SetCreditDebtMax,
    AdjustCredits,
)
