"""What a gateway calls our prices."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.catalog.tables import GatewayPrice
from database.rows import insert_unless_known


def remember_price(session: Session, gateway: str, price_ref: str, price_id: UUID) -> None:
    """Write it down once; a price never changes its meaning."""
    insert_unless_known(session, GatewayPrice, {"gateway": gateway, "price_ref": price_ref, "price_id": price_id})


def find_price_ref(session: Session, gateway: str, price_id: UUID) -> str:
    """The gateway's name of our price, one of them where it has several; empty where we know of none."""
    of_price = select(func.min(GatewayPrice.price_ref)).where(
        GatewayPrice.gateway == gateway, GatewayPrice.price_id == price_id
    )
    return session.scalar(of_price) or ""


def known_prices(session: Session, gateway: str, price_refs: Iterable[str]) -> dict[str, UUID]:
    """Our price behind each of the gateway's references that we know."""
    found = select(GatewayPrice.price_ref, GatewayPrice.price_id).where(
        GatewayPrice.gateway == gateway, GatewayPrice.price_ref.in_(set(price_refs))
    )
    return {row.price_ref: row.price_id for row in session.execute(found)}
