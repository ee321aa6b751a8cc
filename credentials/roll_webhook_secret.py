"""Let another webhook secret take the place of those before, which stay active for a while."""

from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update
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

    The others of the first one are the environment's, which is for each door to know: an empty row says until when.

    Those that have ended are removed: nobody needs them, and one whose master key is lost would be in the way of every
    rotation. Raises MasterKeyMissing.
    """
    _begin_with_the_environments(session, provider_id, now)
    _let_end(session, provider_id, now, now + overlap)
    add_webhook_secret(session, keys, provider_id, secret, now)


def add_webhook_secret(session: Session, keys: MasterKeys, provider_id: str, secret: str, now: datetime) -> None:
    """Active from now on, beside all others. Raises MasterKeyMissing."""
    row = WebhookSecret(id=uuid7(), provider_id=provider_id, active_from=now)
    row.secret = seal(keys, place_of_webhook_secret(row), secret)
    session.add(row)
    session.flush()


def _begin_with_the_environments(session: Session, provider_id: str, now: datetime) -> None:
    if session.scalar(select(WebhookSecret.id).where(WebhookSecret.provider_id == provider_id).limit(1)) is None:
        session.add(WebhookSecret(id=uuid7(), provider_id=provider_id, secret="", active_from=now))
        session.flush()


def _let_end(session: Session, provider_id: str, now: datetime, ends_at: datetime) -> None:
    of_provider = WebhookSecret.provider_id == provider_id
    goes_on = or_(WebhookSecret.active_until.is_(None), WebhookSecret.active_until > ends_at)
    ending = update(WebhookSecret).where(of_provider, goes_on).values(active_until=ends_at)
    ended = delete(WebhookSecret).where(of_provider, WebhookSecret.active_until <= now)
    for statement in (ending, ended):
        session.execute(statement, execution_options={"synchronize_session": False})
