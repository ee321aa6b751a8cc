"""What stands around every page of a visitor: whose account, its plan, what is left and what is owed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from billing.accounts.queries import get_account
from billing.accounts.tables import Account
from billing.clocks.timelines import now_of
from billing.clocks.wall import Wall
from billing.credits.queries import view_balance
from billing.overview.queries import OwedInvoice, owed_by, owed_invoices
from billing.subscriptions.queries import list_subscriptions
from billing.team.queries import members_of
from portal.visitors import Visitor
from portal.ways import ways_for
from schemas.permissions import of_role
from schemas.views.subscriptions import SubscriptionView

TO_PAY = "payments:write"
# so many people are named whom somebody may ask
ASKED_MAX = 3


@dataclass(frozen=True, slots=True)
class MoneyOwed:
    """Invoices that wait for their payment, the first due first, and their sums in minor units by currency.

    Who may not pay is told whom to ask (`ask`): nobody by name where the team is kept by the product.
    """

    by_currency: dict[str, int]
    invoices: Sequence[OwedInvoice]
    can_pay: bool
    has_page: bool
    ask: Sequence[str]


NOTHING_OWED = MoneyOwed({}, (), can_pay=False, has_page=False, ask=())


@dataclass(frozen=True, slots=True)
class Shell:
    """`now` is the account's own time; `credits` None for who may not see them. `owed` is by currency."""

    account_name: str
    country: str
    locale: str
    time_zone: str
    now: datetime
    subscriptions: Sequence[SubscriptionView]
    credits: int | None
    money: MoneyOwed

    @property
    def plan(self) -> SubscriptionView | None:
        """The newest subscription that runs, or will."""
        return next((each for each in self.subscriptions if each.ended_at is None), None)

    @property
    def owed(self) -> dict[str, int]:
        """What is to be paid, in minor units by currency."""
        return self.money.by_currency


def read_shell(session: Session, visitor: Visitor) -> Shell:
    """As it is now."""
    account = get_account(session, visitor.account_id)
    now = now_of(session, account.id, Wall(datetime.now(UTC)))
    return Shell(
        account_name=account.name,
        country=account.country,
        locale=account.locale,
        time_zone=account.time_zone,
        now=now,
        subscriptions=list_subscriptions(session, account_id=account.id).data,
        credits=view_balance(session, account.id, now).balance if visitor.may("credits:read") else None,
        money=_owed(session, visitor, account) if visitor.may("invoices:read") else NOTHING_OWED,
    )


def _owed(session: Session, visitor: Visitor, account: Account) -> MoneyOwed:
    invoices = owed_invoices(session, account.id)
    if not invoices:
        return NOTHING_OWED
    first, can_pay = invoices[0], visitor.may(TO_PAY)
    has_page = first.is_of_gateway or ways_for(session, account.country, first.currency).has_page
    ask = () if can_pay else _who_pays(session, account)
    return MoneyOwed(owed_by(session, account.id), invoices, can_pay, has_page, ask)


def _who_pays(session: Session, account: Account) -> Sequence[str]:
    payers = [each.email for each in members_of(session, account.id) if TO_PAY in of_role(each.role)]
    return payers[:ASKED_MAX]
