"""Pure rules: which of an account's cards is worth a try for an invoice.

`cards` are in the order in which they are tried; `charges` are those of the invoice, oldest first.
"""

from collections.abc import Sequence
from uuid import UUID

from billing.cards.queries import ChargeableCard
from billing.dunning.declines import is_hard
from billing.payments.tables import AttemptStatus, PaymentAttempt

Cards = Sequence[ChargeableCard]
Charges = Sequence[PaymentAttempt]


def last_codes(charges: Charges) -> dict[UUID, str]:
    """Why each card was refused the last time, by the card; those that were never refused are not in it."""
    refused = [charge for charge in charges if charge.status is AttemptStatus.FAILED]
    return {charge.card_id: charge.failure_code for charge in refused if charge.card_id}


def is_refused_for_good(card_id: UUID, charges: Charges) -> bool:
    """Whether no other try of this card can bring the money of this invoice."""
    return is_hard(last_codes(charges).get(card_id, ""))


def next_untried(cards: Cards, charges: Charges) -> ChargeableCard | None:
    """The first card that was not refused for the invoice yet; None when all were."""
    refused = last_codes(charges)
    return next((card for card in cards if card.id not in refused), None)


def worth_another_try(cards: Cards, charges: Charges) -> ChargeableCard | None:
    """The first card that was not refused for good; None when all were."""
    return next((card for card in cards if not is_refused_for_good(card.id, charges)), None)


def code_of_the_hopeful(cards: Cards, charges: Charges, code: str) -> str:
    """What a dunning goes by when a card was refused for good: the code of one that may pay later, if there is one."""
    hopeful = worth_another_try(cards, charges) if is_hard(code) else None
    return last_codes(charges).get(hopeful.id, code) if hopeful else code
