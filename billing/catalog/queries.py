"""Reads of the catalog."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.catalog.rules import price_of
from billing.catalog.tables import Coupon, CreditPackage, Plan
from billing.errors import Rejected
from database.pages import Paging, narrowed, newest_first
from schemas.views.catalog import PackageView
from schemas.views.price_list import ListedCouponView


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


def get_plan(session: Session, plan_id: UUID, *, is_locked: bool = False) -> Plan:
    """A plan, on offer or not; raises Rejected `plan_not_found`."""
    plan = session.get(Plan, plan_id, with_for_update=is_locked)
    if plan is None:
        raise Rejected("plan_not_found", f"There is no plan {plan_id}.", status=404)
    return plan


def get_plan_by_slug(session: Session, slug: str) -> Plan:
    """The same by its name on the price list."""
    plan = session.scalar(select(Plan).where(Plan.slug == slug))
    if plan is None:
        raise Rejected("plan_not_found", f"There is no plan {slug!r}.", status=404)
    return plan


def get_coupon(session: Session, coupon_id: UUID, *, is_locked: bool = False) -> Coupon:
    """A coupon, whether it can be redeemed or not; raises Rejected `coupon_not_found`."""
    coupon = session.get(Coupon, coupon_id, with_for_update=is_locked)
    if coupon is None:
        raise Rejected("coupon_not_found", f"There is no coupon {coupon_id}.", status=404)
    return coupon


def find_coupon_by_code(session: Session, code: str) -> Coupon:
    """The same by its code."""
    coupon = session.scalar(select(Coupon).where(Coupon.code == code))
    if coupon is None:
        raise Rejected("coupon_not_found", f"There is no coupon {code!r}.", status=404)
    return coupon


def list_coupons(session: Session, paging: Paging, code: str | None = None) -> tuple[list[Coupon], str | None]:
    """A page of all coupons, and the cursor of the next one."""
    return newest_first(session, narrowed(select(Coupon), (Coupon.code, code)), Coupon, paging)


def view_coupon(coupon: Coupon) -> ListedCouponView:
    """A coupon as the company's own people see it."""
    return ListedCouponView(
        id=coupon.id,
        code=coupon.code,
        is_offered=coupon.active,
        percent_ppm=coupon.percent_ppm,
        amount_minor=coupon.amount_minor,
        currency=coupon.currency or None,
        periods=coupon.periods,
        redemptions=coupon.redemptions,
        redemptions_max=coupon.redemptions_max,
        expires_at=coupon.expires_at,
        created_at=coupon.created_at,
    )
