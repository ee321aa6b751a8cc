"""Let another webhook secret take the place of those before, which stay active for a while."""

from datetime import datetime, timedelta

from sqlalchemy import delete, or_, update
from sqlalchemy.orm import Session

from credentials.master_keys import MasterKeys
from credentials.places import place_of_webhook_secret
from credentials.sealing import seal
from credentials.tables import WebhookSecret
from database.ids import uuid7


def roll_webhook_secret(
    session: Session, keys: MasterKeys, provider_id: str, secret: str, now: datetime, overlap: timedelta
) -> None:
    """Active from now on; all others of the provider end after `overlap`, unless they end sooner.

    Those that have ended are removed: nobody needs them, and one whose master key is lost would be in the way of every
    rotation. Raises MasterKeyMissing.
    """
    ends_at = now + overlap
    others = update(WebhookSecret).where(
        WebhookSecret.provider_id == provider_id,
        or_(WebhookSecret.active_until.is_(None), WebhookSecret.active_until > ends_at),
    )
    ended = delete(WebhookSecret).where(WebhookSecret.provider_id == provider_id, WebhookSecret.active_until <= now)
    for statement in (others.values(active_until=ends_at), ended):
        session.execute(statement, execution_options={"synchronize_session": False})
    add_webhook_secret(session, keys, provider_id, secret, now)


def add_webhook_secret(session: Session, keys: MasterKeys, provider_id: str, secret: str, now: datetime) -> None:
    """Active from now on, beside all others. Raises MasterKeyMissing."""
    row = WebhookSecret(id=uuid7(), provider_id=provider_id, active_from=now)
    row.secret = seal(keys, place_of_webhook_secret(row), secret)
    session.add(row)
