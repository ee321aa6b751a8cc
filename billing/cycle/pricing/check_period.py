"""Whether whole periods can be charged to a card at all: asked before anything is begun or planned."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.accounts.queries import get_account
from billing.cards.queries import rule_for
from billing.catalog.check_amount import check_greatest
from billing.catalog.terms import Addition, PlanTerms
from billing.cycle.pricing.lines import Discount, period_lines
from billing.invoices.rules import add_up
from billing.periods import period_at
from billing.tax.queries import decide_tax


def check_period(
    session: Session,
    account_id: UUID,
    terms: PlanTerms,
    additions: Sequence[Addition],
    discount: Discount,
    now: datetime,
) -> None:
    """Raises Rejected `amount_too_large` for a period that costs more, tax included, than a card can be charged.

    `discount` is the one that lasts: a period without a coupon that has run out must be payable, too.
    """
    tax = decide_tax(session, get_account(session, account_id).country, now.date())
    total = add_up(period_lines(terms, additions, discount, period_at(now, terms.months, 0)), tax).total
    check_greatest(total, rule_for(session, account_id, total.currency))
