"""Providers' secrets in a real database: kept, rolled, moved, sealed again while others read."""

from datetime import timedelta
from threading import Event, Thread
from typing import Any

import pytest
from psycopg2.errors import CheckViolation
from sqlalchemy import text, update
from sqlalchemy.exc import IntegrityError

from credentials.errors import MasterKeyMissing, SecretDamaged
from credentials.keep import keep_key
from credentials.places import key_of, webhook_secret_of
from credentials.queries import active_at, list_providers, list_webhook_secrets
from credentials.roll_webhook_secret import roll_webhook_secret
from credentials.rotate import BATCH_ROWS_MAX, rotate
from credentials.tables import IntegrationProvider, WebhookSecret
from database.engine import Database, opened
from tests.billing.conftest import NOON
from tests.canaries import CALL
from tests.credentials.kept import BOTH, NEW, OLD, keyed, provider, signing

DAY = timedelta(days=1)


@pytest.fixture
def safe(database_url: str) -> Any:
    """As an operator enters them."""
    with opened(database_url) as database:
        yield database


def _secrets(safe: Database, at: Any) -> list[str]:
    with safe.transaction() as session:
        return [webhook_secret_of(OLD, row) for row in active_at(list_webhook_secrets(session), at)]


def test_a_key_is_kept_sealed_and_another_takes_its_place(safe: Database) -> None:
    for api_key in (CALL, CALL + "_2"):
        with safe.transaction() as session:
            keyed(session, OLD, api_key)
        with safe.transaction() as session:
            [row] = list_providers(session)
            assert key_of(OLD, row, "api_key") == api_key
            assert key_of(OLD, row, "api_secret") == ""
            assert CALL not in row.api_key + repr(row)


@pytest.mark.parametrize("column", ["api_key", "api_secret"])
def test_the_database_takes_no_key_that_is_not_sealed(safe: Database, column: str) -> None:
    with pytest.raises(IntegrityError, match=f"{column}_is_sealed") as refused, safe.transaction() as session:
        provider(session, **{column: "sk_test_by_hand"})
    assert isinstance(refused.value.orig, CheckViolation)


def test_a_secret_that_was_copied_to_another_provider_opens_nothing(safe: Database) -> None:
    with safe.transaction() as session:
        keyed(session, OLD, CALL)
        provider(session, "resend")
        signing(session, OLD, "whsec_of_stripe", NOON)
    with safe.transaction() as session:
        session.execute(
            text("UPDATE integration_providers SET api_key = (SELECT max(api_key) FROM integration_providers)")
        )
        session.execute(update(WebhookSecret).values(provider_id="resend"))
    with safe.transaction() as session:
        stolen, _ = list_providers(session)
        with pytest.raises(SecretDamaged, match=r"integration_providers\.api_key of resend"):
            key_of(OLD, stolen, "api_key")
        with pytest.raises(SecretDamaged):
            webhook_secret_of(OLD, list_webhook_secrets(session)[0])


def test_while_a_webhook_secret_is_rolled_both_are_active_and_then_the_new_one_alone(safe: Database) -> None:
    with safe.transaction() as session:
        signing(session, OLD, "whsec_first", NOON)
    with safe.transaction() as session:
        roll_webhook_secret(session, OLD, "stripe", "whsec_second", NOON + 7 * DAY, DAY)
    assert _secrets(safe, NOON - DAY) == []
    assert _secrets(safe, NOON) == ["whsec_first"]
    assert _secrets(safe, NOON + 7 * DAY) == ["whsec_first", "whsec_second"]
    assert _secrets(safe, NOON + 8 * DAY) == ["whsec_second"]


def test_rolling_again_gives_an_old_secret_no_longer_life(safe: Database) -> None:
    with safe.transaction() as session:
        signing(session, OLD, "whsec_leaked", NOON)
        roll_webhook_secret(session, OLD, "stripe", "whsec_second", NOON, timedelta())
        roll_webhook_secret(session, OLD, "stripe", "whsec_third", NOON + DAY, DAY)
    assert _secrets(safe, NOON + DAY) == ["whsec_second", "whsec_third"]


def test_rotation_ends_and_the_old_key_opens_nothing_more(safe: Database) -> None:
    with safe.transaction() as session:
        keyed(session, OLD, CALL)
        keep_key(OLD, session.get_one(IntegrationProvider, "stripe"), "api_secret", CALL + "_secret")
        for number in range(BATCH_ROWS_MAX + 1):
            signing(session, OLD, f"whsec_{number}", NOON + number * DAY)
    counts = _rotated(safe)
    assert counts == [BATCH_ROWS_MAX + 2, 1, 0], "a few rows at a time, each once"
    with safe.transaction() as session:
        [row] = list_providers(session)
        assert (key_of(NEW, row, "api_key"), key_of(NEW, row, "api_secret")) == (CALL, CALL + "_secret")
        with pytest.raises(MasterKeyMissing):
            key_of(OLD, row, "api_key")
        secrets = [webhook_secret_of(NEW, each) for each in list_webhook_secrets(session)]
    assert secrets == [f"whsec_{number}" for number in range(BATCH_ROWS_MAX + 1)]


def test_without_the_key_that_sealed_it_rotation_changes_nothing_and_names_the_id(safe: Database) -> None:
    with safe.transaction() as session:
        keyed(session, OLD, CALL)
    with pytest.raises(MasterKeyMissing, match="'old'"), safe.transaction() as session:
        rotate(session, NEW)
    with safe.transaction() as session:
        assert key_of(OLD, list_providers(session)[0], "api_key") == CALL


def test_at_every_moment_of_a_rotation_each_value_opens(safe: Database) -> None:
    with safe.transaction() as session:
        keyed(session, OLD, CALL)
        for number in range(3 * BATCH_ROWS_MAX):
            signing(session, OLD, f"whsec_{number}", NOON + number * DAY)
    is_over, looks, wrong = Event(), [0], []

    def read() -> None:
        while not is_over.is_set():
            with safe.transaction() as session:
                try:
                    shown = [webhook_secret_of(BOTH, row) for row in list_webhook_secrets(session)]
                    shown.append(key_of(BOTH, list_providers(session)[0], "api_key"))
                except Exception as error:  # noqa: BLE001 - whatever a reader meets is wrong
                    wrong.append(repr(error))
                    return
            if shown != [*(f"whsec_{number}" for number in range(3 * BATCH_ROWS_MAX)), CALL]:
                wrong.append("another value")
            looks[0] += 1

    reader = Thread(target=read)
    reader.start()
    assert sum(_rotated(safe)) == 3 * BATCH_ROWS_MAX + 1
    while looks[0] < 3 and reader.is_alive():
        pass
    is_over.set()
    reader.join()
    assert wrong == []


def _rotated(safe: Database) -> list[int]:
    counts: list[int] = []
    while not counts or counts[-1]:
        with safe.transaction() as session:
            counts.append(rotate(session, BOTH))
    return counts
