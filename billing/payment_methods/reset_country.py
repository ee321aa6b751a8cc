"""Let a country pay as the rest of the world again."""

from collections.abc import Sequence

from sqlalchemy import delete
from sqlalchemy.orm import Session

from billing.payment_methods.tables import PaymentMethodConfig


def reset_country(session: Session, country: str) -> Sequence[PaymentMethodConfig]:
    """Take its own methods away, and return them: none when it had none. What runs already goes on."""
    own = delete(PaymentMethodConfig).where(PaymentMethodConfig.country == country)
    return session.scalars(own.returning(PaymentMethodConfig)).all()
