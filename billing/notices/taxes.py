"""The tax of a paper's lines, as it is printed."""

from collections.abc import Iterable
from typing import Protocol

from schemas.documents import TaxFacts


class Taxed(Protocol):
    """A line with its tax, in minor units: of an invoice, or of what corrects one."""

    @property
    def tax_name(self) -> str:
        """VAT, for one."""

    @property
    def tax_rate_ppm(self) -> int:
        """In parts per million."""

    @property
    def net_minor(self) -> int:
        """What is taxed."""

    @property
    def tax_minor(self) -> int:
        """The tax on it."""


def taxes_of(lines: Iterable[Taxed]) -> tuple[TaxFacts, ...]:
    """Lines summed per rate; rates of zero are not printed."""
    sums: dict[tuple[str, int], tuple[int, int]] = {}
    for line in lines:
        if line.tax_rate_ppm:
            key = (line.tax_name, line.tax_rate_ppm)
            net, tax = sums.get(key, (0, 0))
            sums[key] = (net + line.net_minor, tax + line.tax_minor)
    return tuple(TaxFacts(name, rate, net, tax) for (name, rate), (net, tax) in sorted(sums.items()))
