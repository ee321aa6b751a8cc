"""Check an amount when it is set, against what the gateways take: later, somebody's card would be declined for it."""

from sqlalchemy.orm import Session

from billing.catalog.amount_rules import load_amount_rules
from billing.errors import Rejected
from billing.money import AmountRule, Money, format_major
from schemas.currencies import CURRENCIES
from schemas.facts.payments import TOO_SMALL


def check_amount(session: Session, amount: Money) -> None:
    """An amount of the price list: none below zero, and none that could never be charged. Zero is free.

    Less than the least charge is no mistake: it is carried over until it can be charged. Raises Rejected
    `currency_unknown`, `amount_negative`, `amount_too_fine` or `amount_too_large`.
    """
    if amount.currency not in CURRENCIES:
        raise Rejected("currency_unknown", f"There is no currency {amount.currency!r} in ISO 4217.")
    if amount.minor < 0:
        raise Rejected("amount_negative", f"{format_major(amount)} is below zero.")
    rule = load_amount_rules(session, amount.currency).of(None, amount.currency)
    check_step(amount, rule)
    check_greatest(amount, rule)


def check_charge(amount: Money, rule: AmountRule) -> None:
    """A single charge; raises Rejected `amount_too_small`, `amount_too_fine` or `amount_too_large`."""
    if amount.minor < rule.least:
        least = format_major(Money(rule.least, amount.currency))
        raise Rejected(TOO_SMALL, f"{format_major(amount)} cannot be charged: the least is {least}.")
    check_step(amount, rule)
    check_greatest(amount, rule)


def check_step(amount: Money, rule: AmountRule) -> None:
    """Raises Rejected `amount_too_fine` for what is no multiple of the rule's step."""
    if amount.minor % rule.step:
        step = format_major(Money(rule.step, amount.currency))
        raise Rejected("amount_too_fine", f"{format_major(amount)} cannot be paid: it is no multiple of {step}.")


def check_greatest(amount: Money, rule: AmountRule) -> None:
    """Raises Rejected `amount_too_large` for what is above the rule's greatest charge."""
    if amount.minor > rule.greatest:
        greatest = format_major(Money(rule.greatest, amount.currency))
        raise Rejected("amount_too_large", f"{format_major(amount)} cannot be charged: the most is {greatest}.")
