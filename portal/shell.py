"""What stands around every page of a visitor: whose account, its plan, what is left and what is owed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from billing.accounts.queries import get_account
from billing.clocks.timelines import now_of
from billing.clocks.wall import Wall
from billing.credits.queries import view_balance
from billing.overview.queries import owed_by
from billing.subscriptions.queries import list_subscriptions
from portal.visitors import Visitor
from schemas.views.subscriptions import SubscriptionView


@dataclass(frozen=True, slots=True)
class Shell:
    """`now` is the account's own time; `credits` None for who may not see them. `owed` is by currency."""

    account_name: str
    locale: str
    time_zone: str
    now: datetime
    subscriptions: Sequence[SubscriptionView]
    credits: int | None
    owed: dict[str, int]

    @property
    def plan(self) -> SubscriptionView | None:
        """The newest subscription that runs, or will."""
        return next((each for each in self.subscriptions if each.ended_at is None), None)


def read_shell(session: Session, visitor: Visitor) -> Shell:
    """As it is now."""
    account = get_account(session, visitor.account_id)
    now = now_of(session, account.id, Wall(datetime.now(UTC)))
    may_see_papers = visitor.may("invoices:read")
    return Shell(
        account_name=account.name,
        locale=account.locale,
        time_zone=account.time_zone,
        now=now,
        subscriptions=list_subscriptions(session, account_id=account.id).data,
        credits=view_balance(session, account.id, now).balance if visitor.may("credits:read") else None,
        owed=owed_by(session, account.id) if may_see_papers else {},
    )
