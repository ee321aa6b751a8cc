"""What tax is charged, at which rate and why, as a value."""

from dataclasses import dataclass
from enum import StrEnum


class TaxReason(StrEnum):
    """Why a rate is what it is."""

    RATE_OF_COUNTRY = "rate_of_country"  # the table has it for the buyer's country and the day
    NO_RATE = "no_rate"  # the table has none
    AS_CHARGED = "as_charged"  # what was charged before and is given back
    AS_BILLED = "as_billed"  # what the gateway that wrote the invoice has billed


@dataclass(frozen=True, slots=True)
class TaxDecision:
    """A tax by its name on the invoice and its rate: 190_000 parts per million are 19 %.

    `evidence` is what the decision rests on: the country and the UTC day, or the reference of what is given back.
    """

    name: str
    rate_ppm: int
    reason: TaxReason
    evidence: str = ""

    @property
    def key(self) -> tuple[str, int]:
        """Lines of one document with the same key are taxed together."""
        return self.name, self.rate_ppm


NO_TAX = TaxDecision("", 0, TaxReason.NO_RATE)
