"""Pure rules: which of an account's cards is charged for an invoice, now and when it is tried again."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from billing.cards.queries import ChargeableCard
from billing.dunning.declines import is_hard
from billing.payments.tables import AttemptStatus, PaymentAttempt


@dataclass(frozen=True, slots=True)
class Candidates:
    """The cards in the order in which they are tried, the default first, and the invoice's charges, oldest first.

    `tries_others`: a default that is refused for good has the other cards charged in its place, each at once and in
    turn. Otherwise the default alone is charged.
    """

    cards: Sequence[ChargeableCard]
    charges: Sequence[PaymentAttempt]
    tries_others: bool

    @property
    def default(self) -> ChargeableCard | None:
        """The card that is charged while the customer is away."""
        return self.cards[0] if self.cards else None

    @property
    def last_refused(self) -> PaymentAttempt | None:
        """The charge that was refused last, whichever card it was."""
        refused = [charge for charge in self.charges if charge.status is AttemptStatus.FAILED]
        return refused[-1] if refused else None

    @property
    def codes(self) -> dict[UUID, str]:
        """Why each card was refused the last time, by the card; those that were never refused are not in it."""
        refused = [charge for charge in self.charges if charge.status is AttemptStatus.FAILED]
        return {charge.card_id: charge.failure_code for charge in refused if charge.card_id}

    def is_refused_for_good(self, card: ChargeableCard) -> bool:
        """Whether no other try of this card can bring the money of this invoice."""
        return is_hard(self.codes.get(card.id, ""))

    def at_once(self) -> ChargeableCard | None:
        """Which card is charged now; None when the invoice waits for its next planned try, or for the customer.

        The default, if it is not the one that was refused last: it was named meanwhile. Once it is refused for good the
        next one that was not tried yet, whyever the one before was refused.
        """
        default = self.default
        if default is None:
            return None
        if self.is_refused_for_good(default):
            return self._untried()
        is_new = self.last_refused is None or self.last_refused.card_id != default.id
        return default if is_new else None

    def when_due(self) -> ChargeableCard | None:
        """Which card a planned try charges; None when there is none, or none but such as are refused for good."""
        default = self.default
        if default is None or not self.tries_others or not self.is_refused_for_good(default):
            return default
        return self._untried() or self._hopeful()

    def code(self, code: str) -> str:
        """What a dunning goes by when a card was refused with a code: that of one that may pay later, if one may."""
        hopeful = self._hopeful() if self.tries_others and is_hard(code) else None
        return self.codes.get(hopeful.id, code) if hopeful else code

    def _untried(self) -> ChargeableCard | None:
        untried = (card for card in self.cards if card.id not in self.codes)
        return next(untried, None) if self.tries_others else None

    def _hopeful(self) -> ChargeableCard | None:
        return next((card for card in self.cards if not self.is_refused_for_good(card)), None)
