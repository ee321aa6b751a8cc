"""Reads of the catalog."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.catalog.rules import price_of
from billing.catalog.tables import Coupon, CreditPackage
from billing.errors import Rejected
from schemas.views.catalog import PackageView


def list_packages(session: Session) -> list[CreditPackage]:
    """The packages on offer, in shop order."""
    on_offer = select(CreditPackage).where(CreditPackage.active)
    return list(session.scalars(on_offer.order_by(CreditPackage.sort_order, CreditPackage.slug)))


def get_package(session: Session, slug: str) -> CreditPackage:
    """A package on offer; raises Rejected `package_not_found`."""
    package = session.scalar(select(CreditPackage).where(CreditPackage.slug == slug, CreditPackage.active))
    if package is None:
        raise Rejected("package_not_found", f"There is no credit package {slug!r} on offer.", status=404)
    return package


def coupon_periods(session: Session, coupon_ids: Iterable[UUID | None]) -> dict[UUID, int]:
    """For how many periods each of these coupons was issued, 0 for ever; no statement when there is none."""
    wanted = {coupon_id for coupon_id in coupon_ids if coupon_id is not None}
    if not wanted:
        return {}
    rows = session.execute(select(Coupon.id, Coupon.periods).where(Coupon.id.in_(wanted)))
    return {row.id: row.periods for row in rows}


def view_package(package: CreditPackage) -> PackageView:
    """A package as the API shows it."""
    return PackageView(
        slug=package.slug,
        name=package.name,
        credits=package.credits,
        price_minor=price_of(package).minor,
        list_price_minor=package.list_price_minor,
        discount_ppm=package.discount_ppm,
        currency=package.currency,
        featured=package.featured,
    )
