"""Put the first packages, plans and services into an empty catalog."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.catalog.check_amount import check_amount
from billing.catalog.publish_plan import PlanContent, publish_plan
from billing.catalog.tables import CreditPackage, Interval, Plan, Service, ServicePrice
from billing.money import Money
from database.ids import uuid7

CURRENCY = "USD"

# slug, name, credits, price in US cents, featured
PACKAGES = (
    ("starter", "Starter", 500, 999, False),
    ("value", "Value", 2_000, 2_999, True),
    ("pro", "Pro", 5_000, 5_999, False),
    ("enterprise", "Enterprise", 15_000, 14_999, False),
)

# slug, name, credits a month, price in US cents a month, sites, users; a year costs ten months
PLANS = (
    ("starter", "Starter", 500, 9_900, 1, 3),
    ("growth", "Growth", 1_500, 19_900, 5, 10),
    ("scale", "Scale", 4_000, 29_900, 20, 50),
)
MONTHS_PAID_PER_YEAR = 10

# slug, name, interval, price in US cents
SERVICES = (
    ("setup-app", "Setup App", Interval.ONCE, 29_900),
    ("campaign-management", "Campaign Management", Interval.MONTH, 19_900),
)


def seed(session: Session) -> None:
    """Add what is missing, by slug; what an admin changed stays changed. What could not be charged is refused."""
    _seed_packages(session)
    _seed_plans(session)
    _seed_services(session)


def _seed_packages(session: Session) -> None:
    for _, _, _, price_minor, _ in PACKAGES:
        check_amount(session, Money(price_minor, CURRENCY))
    rows = [
        {
            "id": uuid7(), "slug": slug, "name": name, "credits": credits_granted,
            "list_price_minor": price_minor, "currency": CURRENCY, "featured": featured, "sort_order": order,
        }
        for order, (slug, name, credits_granted, price_minor, featured) in enumerate(PACKAGES)
    ]  # fmt: skip
    session.execute(insert(CreditPackage).values(rows).on_conflict_do_nothing(index_elements=["slug"]))


def _seed_plans(session: Session) -> None:
    known = set(session.scalars(select(Plan.slug)))
    for order, (slug, name, credits_per_month, price_minor, sites_max, users_max) in enumerate(PLANS):
        if slug not in known:
            prices = {
                (CURRENCY, Interval.MONTH): price_minor,
                (CURRENCY, Interval.YEAR): price_minor * MONTHS_PAID_PER_YEAR,
            }
            content = PlanContent(credits_per_month, prices, sites_max=sites_max, users_max=users_max)
            publish_plan(session, slug, name, content, sort_order=order)


def _seed_services(session: Session) -> None:
    for slug, name, interval, price_minor in SERVICES:
        check_amount(session, Money(price_minor, CURRENCY))
        service = {"id": uuid7(), "slug": slug, "name": name}
        added = insert(Service).values(service).on_conflict_do_nothing(index_elements=["slug"]).returning(Service.id)
        service_id = session.scalar(added)
        if service_id is not None:
            price = {
                "id": uuid7(), "service_id": service_id, "version": 1,
                "currency": CURRENCY, "interval": interval, "price_minor": price_minor,
            }  # fmt: skip
            session.execute(insert(ServicePrice).values(price))
