"""Claim the subscriptions that are due, and load what deciding about them takes, for a whole batch at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from billing.cards.queries import ChargeableCard, default_cards
from billing.catalog.amount_rules import AmountRules, load_amount_rules
from billing.catalog.plans import services_of, terms_of
from billing.catalog.queries import coupon_periods
from billing.catalog.terms import Addition, PlanTerms
from billing.clocks.timelines import Timeline
from billing.invoices.buyers import Buyer, load_buyers
from billing.money import Money
from billing.receipts.queries import find_kept, lock_kept
from billing.receipts.tables import Receipt
from billing.subscriptions.pending_changes import has_pending_change
from billing.subscriptions.tables import Subscription, SubscriptionService
from billing.tax.decision import TaxDecision
from billing.tax.queries import decide_taxes
from database.among import is_among


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a batch of subscriptions stands in: prices, services, coupons, buyers, tax, cards and kept money.

    `coupons` tells for how many periods the coupons of those that change their plan were issued. `kept` are receipts
    with something left, by (account, currency): each invoice of the batch takes its part.
    """

    terms: dict[UUID, PlanTerms]
    additions: dict[UUID, list[Addition]]
    coupons: dict[UUID, int]
    buyers: dict[UUID, Buyer]
    tax: dict[UUID, TaxDecision]
    cards: dict[UUID, ChargeableCard]
    kept: dict[tuple[UUID, str], list[Receipt]]
    amounts: AmountRules

    def least_for(self, account_id: UUID, currency: str) -> Money:
        """The least that the account's card can be charged."""
        card = self.cards.get(account_id)
        return Money(self.amounts.of(card.gateway if card else None, currency).least, currency)


def claim_due(session: Session, timeline: Timeline, limit: int) -> list[UUID]:
    """Ids of due subscriptions of one course of time, the longest due first, locked until commit.

    What another worker holds is skipped, and so is what could not be brought on before and waits for a person.
    """
    return list(session.scalars(_due(timeline).order_by(Subscription.due_at).limit(limit)))


def claim_these(session: Session, timeline: Timeline, subscription_ids: Sequence[UUID]) -> list[UUID]:
    """Those of them that are still due and in nobody's hands, locked until commit."""
    return list(session.scalars(_due(timeline).where(is_among(Subscription.id, subscription_ids))))


def _due(timeline: Timeline) -> Select[UUID]:
    clock_id = timeline.clock_id
    due = select(Subscription.id).where(
        Subscription.due_at <= timeline.now,
        Subscription.failed_at.is_(None),
        # it is dropped at the end of the period at the latest; where its money is under way, that is waited for
        ~has_pending_change(),
        Subscription.clock_id.is_(None) if clock_id is None else Subscription.clock_id == clock_id,
    )
    return due.with_for_update(skip_locked=True)


def load_due(session: Session, subscription_ids: Sequence[UUID]) -> list[Subscription]:
    """The claimed subscriptions."""
    found = select(Subscription).where(is_among(Subscription.id, subscription_ids)).order_by(Subscription.id)
    return list(session.scalars(found.execution_options(populate_existing=True)))


def load_surroundings(
    session: Session, subscriptions: Sequence[Subscription], day: date, *, for_show: bool = False
) -> Surroundings:
    """Everything else, in one statement per kind. Kept money stays locked until commit, unless it is `for_show`."""
    account_ids = {subscription.account_id for subscription in subscriptions}
    price_ids = [subscription.next_price_id or subscription.price_id for subscription in subscriptions]
    buyers = load_buyers(session, account_ids)
    taxes = decide_taxes(session, {buyer["country"] for buyer in buyers.values()}, day)
    changing = [subscription.coupon_id for subscription in subscriptions if subscription.next_price_id]
    return Surroundings(
        terms=terms_of(session, price_ids),
        additions=_additions(session, [subscription.id for subscription in subscriptions]),
        coupons=coupon_periods(session, changing),
        buyers=buyers,
        tax={account_id: taxes[buyer["country"]] for account_id, buyer in buyers.items()},
        cards=default_cards(session, account_ids),
        kept=find_kept(session, account_ids) if for_show else lock_kept(session, account_ids),
        amounts=load_amount_rules(session),
    )


def _additions(session: Session, subscription_ids: Sequence[UUID]) -> dict[UUID, list[Addition]]:
    found = select(SubscriptionService).where(is_among(SubscriptionService.subscription_id, subscription_ids))
    rows = session.scalars(found.order_by(SubscriptionService.id)).all()
    terms = services_of(session, [row.price_id for row in rows])
    additions: dict[UUID, list[Addition]] = {}
    for row in rows:
        additions.setdefault(row.subscription_id, []).append(Addition(terms[row.price_id], row.quantity))
    return additions
