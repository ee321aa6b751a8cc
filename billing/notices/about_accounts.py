"""Mails about an account's cards and credits. Each looks again whether its news still holds."""

from dataclasses import replace

from sqlalchemy.orm import Session

from billing.cards.tables import Card
from billing.clocks.timelines import now_of
from billing.credits.queries import view_balance
from billing.credits.tables import BalanceWatch
from billing.dunning.declines import NO_CARD
from billing.notices.card_expiring import expires_soon
from billing.notices.describe_subscription import describe_card, describe_subscription
from billing.notices.occasion import Moot, Occasion, require, write_to
from billing.notices.queries import find_live
from billing.top_ups.queries import find_active, is_renewing
from billing.top_ups.row import ENDED, cause_of_stop
from billing.top_ups.stop import CREDITS_RETURNED, PAYMENT_DISPUTED
from billing.top_ups.tables import AutoTopUp
from schemas.documents import NoticeFacts, TopUpFacts

# why nothing was asked of the bank
NOT_BOUGHT = {
    NO_CARD: "There was no card to charge.",
    "package_not_found": "The credit package is no longer on offer.",
    "nothing_to_pay": "The credit package costs nothing at present.",
    PAYMENT_DISPUTED: "One of your payments is disputed at the bank that it came from.",
    CREDITS_RETURNED: "Credits were taken back from your account, because what was paid for them went back.",
}


def card_expiring(session: Session, occasion: Occasion) -> NoticeFacts:
    """The card is still the one that is charged, still expires soon, and still pays for a subscription."""
    card = session.get_one(Card, occasion.subject_id)
    require(card.is_default, "another card is charged now")
    require(expires_soon(card, now_of(session, card.account_id, occasion.wall)), "the card was renewed")
    subscription = find_live(session, card.account_id)
    if subscription is None:
        raise Moot("no subscription goes on")
    facts = replace(describe_subscription(session, subscription), card=describe_card(card))
    return write_to(session, occasion, card.account_id, subscription=facts)


def low_credits(session: Session, occasion: Occasion) -> NoticeFacts:
    """Credits are still below the number that the customer wants to be warned at, and none are being bought.

    Whatever comes of a purchase has a mail of its own: the receipt, or that the top-up has stopped.
    """
    account_id = occasion.subject_id
    watch = session.get(BalanceWatch, account_id)
    if watch is None:
        raise Moot("the warning was ended")
    now = now_of(session, account_id, occasion.wall)
    balance = view_balance(session, account_id, now).balance
    require(balance < watch.warn_below, "credits were added")
    top_up = find_active(session, account_id, now)
    is_buying = top_up is not None and (top_up.is_under_way or balance < top_up.below)
    require(not is_buying or is_renewing(session, account_id, now), "credits are being bought automatically")
    subscription = find_live(session, account_id)
    facts = describe_subscription(session, subscription) if subscription else None
    return write_to(
        session,
        occasion,
        account_id,
        subscription=facts,
        credits_balance=balance,
        credits_threshold=watch.warn_below,
        top_up=TopUpFacts(top_up.package_name, top_up.below) if top_up else None,
    )


def top_up_stopped(session: Session, occasion: Occasion) -> NoticeFacts:
    """Nothing is bought by itself since then, and the customer has neither wanted that nor mended it."""
    account_id = occasion.subject_id
    top_up = session.get_one(AutoTopUp, account_id)
    require(top_up.stop_code != ENDED, "the customer has ended the top-up")
    is_this = top_up.stopped_at is not None and occasion.cause == cause_of_stop(account_id, top_up.stopped_at)
    require(is_this, "the top-up was set anew")
    return write_to(
        session,
        occasion,
        account_id,
        credits_balance=view_balance(session, account_id, now_of(session, account_id, occasion.wall)).balance,
        failure=NOT_BOUGHT.get(top_up.stop_code) or occasion.letterhead.explain(top_up.stop_code),
    )
