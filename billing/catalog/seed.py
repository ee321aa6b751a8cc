"""Put the first credit packages into an empty catalog."""

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.catalog.tables import CreditPackage
from database.ids import uuid7

# slug, name, credits, price in US cents, featured
PACKAGES = (
    ("starter", "Starter", 500, 999, False),
    ("value", "Value", 2_000, 2_999, True),
    ("pro", "Pro", 5_000, 5_999, False),
    ("enterprise", "Enterprise", 15_000, 14_999, False),
)


def seed(session: Session) -> None:
    """Add the packages whose slug is missing; what an admin changed stays changed."""
    rows = [
        {
            "id": uuid7(), "slug": slug, "name": name, "credits": credits_granted,
            "list_price_minor": price_minor, "currency": "USD", "featured": featured, "sort_order": order,
        }
        for order, (slug, name, credits_granted, price_minor, featured) in enumerate(PACKAGES)
    ]  # fmt: skip
    session.execute(insert(CreditPackage).values(rows).on_conflict_do_nothing(index_elements=["slug"]))
