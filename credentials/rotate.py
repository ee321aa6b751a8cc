"""Seal again, under the first master key, what is sealed under another. For live data, a few rows at a time.

Each value is replaced in one UPDATE: whoever reads it meanwhile has the old one or the new one, and opens either as
long as it is told both master keys.
"""

from typing import TypeVar

from sqlalchemy import func, inspect, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from credentials.keep import keep_key
from credentials.master_keys import MasterKeys
from credentials.places import (
    KEY_COLUMNS,
    endpoint_secret_of,
    key_of,
    place_of_endpoint_secret,
    place_of_second_factor,
    place_of_webhook_secret,
    second_factor_of,
    webhook_secret_of,
)
from credentials.sealing import seal
from credentials.tables import EndpointSecret, IntegrationProvider, StaffSecondFactor, WebhookSecret

# so many rows are locked at once, for a few milliseconds
BATCH_ROWS_MAX = 50

Row = TypeVar("Row", IntegrationProvider, WebhookSecret, EndpointSecret, StaffSecondFactor)


def rotate(session: Session, keys: MasterKeys) -> int:
    """One batch: how many values it has sealed again, and 0 when none is left. For commit after each.

    What was sealed under a key that is none of these stays as it is, and is in nobody's way. Raises SecretDamaged; the
    transaction then is to be given up.
    """
    of_vendors = sum(_rotate_keys(session, keys, column) for column in KEY_COLUMNS)
    of_others = _rotate_webhook_secrets(session, keys) + _rotate_endpoint_secrets(session, keys)
    return of_vendors + of_others + _rotate_second_factors(session, keys)


def _rotate_keys(session: Session, keys: MasterKeys, column: str) -> int:
    rows = _lock_others(session, keys, IntegrationProvider, getattr(IntegrationProvider, column))
    for provider in rows:
        keep_key(keys, provider, column, key_of(keys, provider, column))
    session.flush()
    return len(rows)


def _rotate_webhook_secrets(session: Session, keys: MasterKeys) -> int:
    rows = _lock_others(session, keys, WebhookSecret, WebhookSecret.secret)
    for row in rows:
        row.secret = seal(keys, place_of_webhook_secret(row), webhook_secret_of(keys, row))
    session.flush()
    return len(rows)


def _rotate_endpoint_secrets(session: Session, keys: MasterKeys) -> int:
    rows = _lock_others(session, keys, EndpointSecret, EndpointSecret.secret)
    for row in rows:
        row.secret = seal(keys, place_of_endpoint_secret(row), endpoint_secret_of(keys, row))
    session.flush()
    return len(rows)


def _rotate_second_factors(session: Session, keys: MasterKeys) -> int:
    rows = _lock_others(session, keys, StaffSecondFactor, StaffSecondFactor.secret)
    for row in rows:
        row.secret = seal(keys, place_of_second_factor(row.staff_id), second_factor_of(keys, row))
    session.flush()
    return len(rows)


def _lock_others(session: Session, keys: MasterKeys, table: type[Row], sealed: InstrumentedAttribute[str]) -> list[Row]:
    """Rows that are sealed under one of the keys that are not the first, in one fixed order."""
    by_another = func.split_part(sealed, ".", 1).in_(keys.other_ids)
    # locked, and read after that: a key that somebody sets meanwhile is not to be taken back
    found = (
        select(table).where(by_another).order_by(*inspect(table).primary_key).limit(BATCH_ROWS_MAX).with_for_update()
    )
    return list(session.scalars(found.execution_options(populate_existing=True)))
