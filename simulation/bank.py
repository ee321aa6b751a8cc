"""The company's account at a bank: what its customers transfer, and the statement of each day."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from schemas.facts.statements import BankLine

ACCOUNT = "DE89370400440532013000"


class Payment(NamedTuple):
    """Money on its way to the company, in minor units."""

    amount_minor: int
    currency: str
    reference: str
    payer: str


@dataclass
class Bank:
    """`lines` is all that came so far; `import_statement` takes a day's lines into the books, as the company does."""

    import_statement: Callable[[Sequence[BankLine]], object]
    lines: list[BankLine] = field(default_factory=list)

    def book(self, day: date, payments: Sequence[Payment]) -> None:
        """All that came on a day, in this order, and its statement."""
        booked = [self._line(day, number, payment) for number, payment in enumerate(payments, len(self.lines) + 1)]
        self.lines += booked
        self.import_statement(booked)

    @staticmethod
    def _line(day: date, number: int, payment: Payment) -> BankLine:
        return BankLine(
            account=ACCOUNT,
            booked_on=day,
            amount_minor=payment.amount_minor,
            currency=payment.currency,
            entry_minor=payment.amount_minor,
            bank_ref=f"BANK-{number:06}",
            reference=payment.reference,
            payer=payment.payer,
        )
