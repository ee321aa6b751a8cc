"""Pure rules about prices."""

from billing.catalog.tables import CreditPackage
from billing.money import Money, share_half_up


def price_of(package: CreditPackage) -> Money:
    """What a package costs now: the list price less its discount, the discount rounded half-up."""
    listed = Money(package.list_price_minor, package.currency)
    return listed - share_half_up(listed, package.discount_ppm)
