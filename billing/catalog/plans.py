"""Reads of plans and services."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from billing.catalog.amount_rules import step_of
from billing.catalog.tables import Interval, Plan, PlanPrice, PlanVersion, Service, ServicePrice
from billing.catalog.terms import MONTHS, PlanTerms, ServiceTerms
from billing.errors import Rejected
from billing.money import Money
from schemas.views.catalog import PlanPriceView, PlanView, ServiceView
from schemas.views.price_list import ListedPlanView, PlanVersionView

PLAN_TERMS = (
    select(PlanPrice, PlanVersion, Plan, step_of(PlanPrice.currency))
    .join(PlanVersion, PlanVersion.id == PlanPrice.version_id)
    .join(Plan, Plan.id == PlanVersion.plan_id)
)
SERVICE_TERMS = select(ServicePrice, Service, step_of(ServicePrice.currency)).join(
    Service, Service.id == ServicePrice.service_id
)


def find_terms(session: Session, slug: str, interval: Interval, currency: str) -> PlanTerms:
    """A plan on offer at the price of its newest version; raises Rejected `plan_not_found` or `price_not_found`."""
    version_id = session.scalar(newest_versions().where(Plan.slug == slug, Plan.active))
    if version_id is None:
        raise Rejected("plan_not_found", f"There is no plan {slug!r} on offer.", status=404)
    wanted = PLAN_TERMS.where(
        PlanPrice.version_id == version_id, PlanPrice.interval == interval, PlanPrice.currency == currency
    )
    row = session.execute(wanted).one_or_none()
    if row is None:
        raise Rejected("price_not_found", f"The plan {slug!r} has no price per {interval} in {currency}.", status=404)
    return _plan_terms(row)


def terms_of(session: Session, price_ids: Iterable[UUID]) -> dict[UUID, PlanTerms]:
    """What these prices are for, by price; also of plans no longer on offer."""
    rows = session.execute(PLAN_TERMS.where(PlanPrice.id.in_(set(price_ids))))
    return {row.PlanPrice.id: _plan_terms(row) for row in rows}


def find_service(session: Session, slug: str, currency: str) -> ServiceTerms:
    """A service on offer at its newest price; raises Rejected `service_not_found`."""
    wanted = SERVICE_TERMS.where(Service.slug == slug, Service.active, ServicePrice.currency == currency)
    row = session.execute(wanted.order_by(ServicePrice.version.desc()).limit(1)).one_or_none()
    if row is None:
        raise Rejected("service_not_found", f"There is no service {slug!r} on offer in {currency}.", status=404)
    return _service_terms(row)


def services_of(session: Session, price_ids: Iterable[UUID]) -> dict[UUID, ServiceTerms]:
    """What these prices are for, by price; also of services no longer on offer."""
    rows = session.execute(SERVICE_TERMS.where(ServicePrice.id.in_(set(price_ids))))
    return {row.ServicePrice.id: _service_terms(row) for row in rows}


def list_plans(session: Session) -> list[PlanView]:
    """The plans on offer at their newest version, in shop order."""
    on_offer = select(PlanVersion, Plan).join(Plan, Plan.id == PlanVersion.plan_id)
    newest = on_offer.where(Plan.active, PlanVersion.id.in_(newest_versions()))
    rows = session.execute(newest.order_by(Plan.sort_order, Plan.slug)).all()
    prices = session.scalars(
        select(PlanPrice)
        .where(PlanPrice.version_id.in_([row.PlanVersion.id for row in rows]))
        .order_by(PlanPrice.currency, PlanPrice.interval)
    ).all()
    return [_view_plan(row.Plan, row.PlanVersion, prices) for row in rows]


def list_services(session: Session) -> list[ServiceView]:
    """The services on offer at their newest prices."""
    newest = SERVICE_TERMS.where(Service.active).ext(distinct_on(Service.slug, ServicePrice.currency))
    rows = session.execute(newest.order_by(Service.slug, ServicePrice.currency, ServicePrice.version.desc()))
    return [
        ServiceView(
            slug=row.Service.slug,
            name=row.Service.name,
            interval=str(row.ServicePrice.interval),
            currency=row.ServicePrice.currency,
            price_minor=row.ServicePrice.price_minor,
        )
        for row in rows
    ]


def newest_versions() -> Select[UUID]:
    """The newest version of every plan; narrow it by a condition on `Plan`."""
    newest = select(PlanVersion.id).join(Plan, Plan.id == PlanVersion.plan_id)
    newest = newest.ext(distinct_on(PlanVersion.plan_id))
    return newest.order_by(PlanVersion.plan_id, PlanVersion.version.desc())


def _plan_terms(row: tuple[PlanPrice, PlanVersion, Plan, int]) -> PlanTerms:
    price, version, plan, step = row
    return PlanTerms(
        price_id=price.id,
        plan_slug=plan.slug,
        plan_name=plan.name,
        version=version.version,
        interval=price.interval,
        price=Money(price.price_minor, price.currency),
        # nobody is billed by an interval that this version has no word for, but what is on it can be listed
        credits=version.credits * MONTHS.get(price.interval, 0),
        credits_roll_over=version.credits_roll_over,
        trial_days=version.trial_days,
        sites_max=version.sites_max,
        users_max=version.users_max,
        step=step,
    )


def _service_terms(row: tuple[ServicePrice, Service, int]) -> ServiceTerms:
    price, service, step = row
    return ServiceTerms(
        price_id=price.id,
        service_slug=service.slug,
        service_name=service.name,
        interval=price.interval,
        price=Money(price.price_minor, price.currency),
        step=step,
    )


def _view_plan(plan: Plan, version: PlanVersion, prices: Iterable[PlanPrice]) -> PlanView:
    return PlanView(
        slug=plan.slug,
        name=plan.name,
        version=version.version,
        featured=plan.featured,
        credits_per_month=version.credits,
        credits_roll_over=version.credits_roll_over,
        sites_max=version.sites_max,
        users_max=version.users_max,
        trial_days=version.trial_days,
        prices=_view_prices(version, prices),
    )


def _view_prices(version: PlanVersion, prices: Iterable[PlanPrice]) -> list[PlanPriceView]:
    return [
        PlanPriceView(currency=price.currency, interval=str(price.interval), price_minor=price.price_minor)
        for price in prices
        if price.version_id == version.id
    ]


def list_every_plan(session: Session, plan_id: UUID | None = None) -> list[ListedPlanView]:
    """All plans, or one, with all their versions, whether they are on offer or not, in shop order."""
    wanted = select(Plan).order_by(Plan.sort_order, Plan.slug)
    plans = session.scalars(wanted if plan_id is None else wanted.where(Plan.id == plan_id)).all()
    of_these = PlanVersion.plan_id.in_([plan.id for plan in plans])
    versions = session.scalars(select(PlanVersion).where(of_these).order_by(PlanVersion.version.desc())).all()
    of_versions = PlanPrice.version_id.in_([version.id for version in versions])
    prices = session.scalars(
        select(PlanPrice).where(of_versions).order_by(PlanPrice.currency, PlanPrice.interval)
    ).all()
    return [_view_listed(plan, versions, prices) for plan in plans]


def show_plan(session: Session, plan_id: UUID) -> ListedPlanView:
    """One of them; raises Rejected `plan_not_found`."""
    found = list_every_plan(session, plan_id)
    if not found:
        raise Rejected("plan_not_found", f"There is no plan {plan_id}.", status=404)
    return found[0]


def _view_listed(plan: Plan, versions: Iterable[PlanVersion], prices: Iterable[PlanPrice]) -> ListedPlanView:
    own = [version for version in versions if version.plan_id == plan.id]
    return ListedPlanView(
        id=plan.id,
        slug=plan.slug,
        name=plan.name,
        is_offered=plan.active,
        versions=[_view_version(version, prices) for version in own],
    )


def _view_version(version: PlanVersion, prices: Iterable[PlanPrice]) -> PlanVersionView:
    return PlanVersionView(
        version=version.version,
        credits_per_month=version.credits,
        credits_roll_over=version.credits_roll_over,
        sites_max=version.sites_max,
        users_max=version.users_max,
        trial_days=version.trial_days,
        created_at=version.created_at,
        prices=_view_prices(version, prices),
    )
