"""What a customer has had of what a payment paid for: time on a plan, credits and their use, e-mails."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import Date, cast, func, select
from sqlalchemy.orm import Session

from billing.catalog.plans import terms_of
from billing.credits.tables import CreditGrant, CreditMovement, CreditTransaction
from billing.invoices.queries import lines_with_credits
from billing.refunds.credited_lines import grant_cause
from billing.subscriptions.tables import Subscription
from database.memory import WorkState
from database.outbox import OutboxEntry
from schemas.evidence import SentMailFacts, SubscribedFacts, UsedCreditsFacts

# what was sent, in the words of a person at a bank
MAILS = {
    "invoice_created": "Invoice",
    "payment_confirmation": "Payment confirmation, with the invoice",
    "payment_failed": "Notice that a payment has failed",
    "refund_notification": "Notice of a refund",
    "subscription_activated": "Confirmation of the subscription",
    "subscription_canceled": "Confirmation of the cancellation",
    "subscription_paused": "Confirmation of the pause",
    "subscription_renewal": "Receipt of the renewal, with the invoice",
    "trial_ending": "Notice that the trial ends, and of what is charged then",
}


def describe_subscribed(session: Session, subscription_ids: Collection[UUID]) -> list[SubscribedFacts]:
    """The subscriptions, in the order in which they began; days in UTC."""
    wanted = select(Subscription).where(Subscription.id.in_(subscription_ids))
    found = session.scalars(wanted.order_by(Subscription.created_at)).all()
    terms = terms_of(session, [each.price_id for each in found])
    return [
        SubscribedFacts(
            plan_name=terms[each.price_id].plan_name,
            began_on=each.created_at.date(),
            canceled_on=each.canceled_at.date() if each.canceled_at else None,
            ended_on=each.ended_at.date() if each.ended_at else None,
        )
        for each in found
    ]


def find_grants(session: Session, invoice_ids: Collection[UUID]) -> Sequence[CreditGrant]:
    """The credits that these invoices have granted."""
    causes = [grant_cause(line_id) for line_id, _ in lines_with_credits(session, invoice_ids)]
    return session.scalars(select(CreditGrant).where(CreditGrant.cause.in_(causes)).order_by(CreditGrant.id)).all()


def describe_usage(session: Session, grants: Collection[CreditGrant]) -> list[UsedCreditsFacts]:
    """The use of granted credits, day by day (UTC)."""
    day = cast(func.timezone("UTC", CreditTransaction.created_at), Date)
    used = select(day, -func.sum(CreditTransaction.amount), func.count()).where(
        CreditTransaction.grant_id.in_([grant.id for grant in grants]),
        CreditTransaction.movement == CreditMovement.CONSUME,
    )
    rows = session.execute(used.group_by(day).order_by(day))
    return [UsedCreditsFacts(on, int(credits), uses) for on, credits, uses in rows]


def describe_mails(session: Session, subject_ids: Collection[UUID]) -> list[SentMailFacts]:
    """What was sent about any of these invoices, subscriptions and refunds; not what was dropped instead."""
    sent = select(OutboxEntry.topic, OutboxEntry.finished_at, OutboxEntry.result).where(
        OutboxEntry.subject_id.in_(subject_ids), OutboxEntry.topic.in_(MAILS), OutboxEntry.state == WorkState.DONE
    )
    rows = session.execute(sent.order_by(OutboxEntry.finished_at))
    return [SentMailFacts(at, MAILS[topic]) for topic, at, result in rows if at and "dropped" not in (result or {})]
