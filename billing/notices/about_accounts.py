"""Mails about an account's cards and credits. Each looks again whether its news still holds."""

from dataclasses import replace

from sqlalchemy.orm import Session

from billing.cards.tables import Card
from billing.clocks.timelines import now_of
from billing.credits.queries import view_balance
from billing.credits.tables import AutoTopUp, BalanceWatch
from billing.credits.top_up import ENDED
from billing.dunning.declines import NO_CARD
from billing.notices.card_expiring import expires_soon
from billing.notices.occasion import NO_CARD_SENTENCE, Moot, Occasion, require, write_to
from billing.notices.queries import find_live
from billing.subscriptions.describe import describe_card, describe_subscription
from schemas.documents import NoticeFacts

# the codes with which a package is refused that is not to be had any more
OFF_SALE = frozenset({"package_not_found", "nothing_to_pay"})
OFF_SALE_SENTENCE = "The credit package is no longer on offer."


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
    """Credits are still below the number that the customer wants to be warned at."""
    account_id = occasion.subject_id
    watch = session.get(BalanceWatch, account_id)
    if watch is None:
        raise Moot("the warning was ended")
    balance = view_balance(session, account_id, now_of(session, account_id, occasion.wall)).balance
    require(balance < watch.warn_below, "credits were added")
    subscription = find_live(session, account_id)
    facts = describe_subscription(session, subscription) if subscription else None
    return write_to(
        session,
        occasion,
        account_id,
        subscription=facts,
        credits_balance=balance,
        credits_threshold=watch.warn_below,
    )


def top_up_stopped(session: Session, occasion: Occasion) -> NoticeFacts:
    """Nothing is bought by itself any more, and the customer has neither wanted that nor mended it."""
    account_id = occasion.subject_id
    top_up = session.get_one(AutoTopUp, account_id)
    require(top_up.stopped_at is not None, "the top-up was set anew")
    require(top_up.stop_code != ENDED, "the customer has ended the top-up")
    return write_to(
        session,
        occasion,
        account_id,
        credits_balance=view_balance(session, account_id, now_of(session, account_id, occasion.wall)).balance,
        failure=_why_stopped(top_up.stop_code, occasion),
    )


def _why_stopped(code: str, occasion: Occasion) -> str:
    if code == NO_CARD:
        return NO_CARD_SENTENCE
    return OFF_SALE_SENTENCE if code in OFF_SALE else occasion.letterhead.explain(code)
