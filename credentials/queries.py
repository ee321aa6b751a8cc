"""Reads: providers, and what their webhooks are signed with. Nothing is opened here."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from credentials.tables import EndpointSecret, IntegrationProvider, StaffSecondFactor, WebhookSecret

# How often a process reads them again: a handful of rows, and an operator who changes one may count on five seconds.
LOOK_SECONDS = 2.0


def list_providers(session: Session) -> list[IntegrationProvider]:
    """All, by their ids; a handful."""
    return list(session.scalars(select(IntegrationProvider).order_by(IntegrationProvider.id)))


def list_shown(session: Session) -> list[dict[str, Any]]:
    """All, by their ids, in what may be told of them; needs no right to read what they are called with."""
    row = IntegrationProvider
    told = select(
        row.id, row.display_name, row.type, row.active.label("is_active"), row.sandbox.label("is_sandbox"),
        row.has_key, row.created_at, row.endpoint,
    )  # fmt: skip
    return [dict(each) for each in session.execute(told.order_by(row.id)).mappings()]


def list_endpoints(session: Session) -> dict[str, str]:
    """Where providers are, by their ids, as far as that is set; needs no right to read what they are called with."""
    said = select(IntegrationProvider.id, IntegrationProvider.endpoint).where(IntegrationProvider.endpoint != "")
    return dict(session.execute(said).all())


def list_webhook_secrets(session: Session) -> list[WebhookSecret]:
    """All that ever were, the oldest first: whose have ended is no less known than whose are active."""
    return list(session.scalars(select(WebhookSecret).order_by(WebhookSecret.provider_id, WebhookSecret.active_from)))


def count_webhook_secrets(session: Session, now: datetime) -> dict[str, int]:
    """How many sign at this moment, by provider; needs no right to read them, but only until when they do."""
    row = WebhookSecret
    signs = (row.active_from <= now, or_(row.active_until.is_(None), row.active_until > now))
    counted = select(row.provider_id, func.count()).where(*signs).group_by(row.provider_id)
    return dict(session.execute(counted).all())


def list_endpoint_secrets(session: Session) -> list[EndpointSecret]:
    """Those of the product's endpoints; a handful."""
    return list(
        session.scalars(select(EndpointSecret).order_by(EndpointSecret.endpoint_id, EndpointSecret.active_from))
    )


def list_second_factors(session: Session) -> list[StaffSecondFactor]:
    """Those of the company's own people; one each."""
    return list(session.scalars(select(StaffSecondFactor).order_by(StaffSecondFactor.staff_id)))


def active_at(secrets: Iterable[WebhookSecret], now: datetime) -> list[WebhookSecret]:
    """Those that sign at this moment."""
    return [each for each in secrets if each.active_from <= now and not _has_ended(each, now)]


def _has_ended(secret: WebhookSecret, now: datetime) -> bool:
    return secret.active_until is not None and secret.active_until <= now
