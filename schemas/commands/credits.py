"""Commands about credits."""

from typing import Literal
from uuid import UUID

from schemas.amounts import Credits, CreditsOrNone, PurchasesAMonth
from schemas.commands.base import Command
from schemas.instants import Instant
from schemas.names import Line, Name, Slug


class ConsumeCredits(Command):
    """Use credits, oldest expiry first. Refused as a whole when the balance is too small."""

    kind = "consume_credits"
    permission = "credits:consume"
    is_own_audit = True
    in_sets = True

    account_id: UUID
    amount: Credits
    description: Line = ""


class SetBalanceWatch(Command):
    """Warn by e-mail when credits fall below a number; null ends it."""

    kind = "set_balance_watch"
    permission = "credits:write"

    account_id: UUID
    warn_below: Credits | None


class SetCreditDebtMax(Command):
    """How many credits an account may owe at most, once used ones are refunded; 0 for none."""

    kind = "set_credit_debt_max"
    permission = "credit_limits:write"

    account_id: UUID
    credit_debt_max: CreditsOrNone


class SetAutoTopUp(Command):
    """Buy a package by the saved card when credits fall below a number. Setting it again starts a stopped one anew."""

    kind = "set_auto_top_up"
    permission = "credits:write"

    account_id: UUID
    package: Slug
    top_up_below: Credits
    monthly_max: PurchasesAMonth = 3


class EndAutoTopUp(Command):
    """Buy nothing by itself any more."""

    kind = "end_auto_top_up"
    permission = "credits:write"

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
    SetBalanceWatch,
    SetAutoTopUp,
    EndAutoTopUp,
    SetCreditDebtMax,
    AdjustCredits,
)
