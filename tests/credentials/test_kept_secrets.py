"""Providers' secrets in a real database: kept, rolled, moved, sealed again while others read."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event, Thread
from typing import Any

import pytest
from psycopg2.errors import CheckViolation
from sqlalchemy import text, update
from sqlalchemy.exc import IntegrityError

from credentials.errors import MasterKeyMissing, SecretDamaged
from credentials.find_sealed import find_sealed
from credentials.keep import keep_key, keep_provider
from credentials.master_keys import MasterKeys
from credentials.places import key_of, webhook_secret_of
from credentials.queries import active_at, list_providers, list_webhook_secrets
from credentials.roll_webhook_secret import roll_webhook_secret
from credentials.rotate import BATCH_ROWS_MAX, rotate
from credentials.tables import IntegrationProvider, ProviderType, WebhookSecret
from database.engine import Database, opened
from tests.billing.conftest import NOON
from tests.canaries import CALL
from tests.credentials.kept import BOTH, NEW, OLD, keyed, provider, signing

DAY = timedelta(days=1)
NOBODYS_ANY_MORE = MasterKeys({"lost": b"l" * 32})


@pytest.fixture
def safe(database_url: str) -> Any:
    """As an operator enters them."""
    with opened(database_url) as database:
        yield database


def await_waiting(safe: Database) -> None:
    """Somebody waits for a row that somebody else holds."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    ends_at = time.monotonic() + 10
    while time.monotonic() < ends_at:
        with safe.transaction() as session:
            if session.scalar(text(waiting)):
                return
    raise AssertionError("nobody waits")


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


def test_what_is_sealed_under_a_lost_key_is_in_nobodys_way_and_is_named(safe: Database) -> None:
    with safe.transaction() as session:
        keyed(session, NOBODYS_ANY_MORE, CALL)
        keep_key(OLD, session.get_one(IntegrationProvider, "stripe"), "api_secret", CALL + "_secret")
    assert _rotated(safe) == [1, 0]
    with safe.transaction() as session:
        assert key_of(NEW, list_providers(session)[0], "api_secret") == CALL + "_secret"
        assert list(find_sealed(NEW, list_providers(session), [])) == [
            "the api_key of stripe stays sealed: the master key 'lost' is not in CASHBEAT_MASTER_KEYS"
        ]


def test_a_key_that_is_set_during_a_rotation_is_not_taken_back(safe: Database) -> None:
    """The rotation waits for whoever sets it, and reads it then."""
    with safe.transaction() as session:
        keyed(session, OLD, CALL)
    with ThreadPoolExecutor() as beside:
        with safe.transaction() as operator:
            keyed(operator, OLD, CALL + "_new")
            rotating = beside.submit(_rotated, safe)
            await_waiting(safe)
        assert rotating.result(timeout=10) == [1, 0]
    with safe.transaction() as session:
        assert key_of(NEW, list_providers(session)[0], "api_key") == CALL + "_new"


@pytest.mark.parametrize("is_begun", [False, True])
def test_two_who_set_something_at_once_set_both(safe: Database, is_begun: bool) -> None:
    """The second waits for the first, and begins no second row."""
    if is_begun:
        with safe.transaction() as session:
            provider(session)

    def set_second() -> None:
        with safe.transaction() as session:
            row = provider(session)
            row.config = {**row.config, "second": 2}

    with ThreadPoolExecutor() as beside:
        with safe.transaction() as session:
            row = keep_provider(session, "stripe", "Stripe", ProviderType.PAYMENT)
            setting = beside.submit(set_second)
            await_waiting(safe)
            row.config = {"first": 1}
        setting.result(timeout=10)
    with safe.transaction() as session:
        assert [row.config for row in list_providers(session)] == [{"first": 1, "second": 2}]


def test_a_secret_that_has_ended_is_removed_by_the_next_roll(safe: Database) -> None:
    with safe.transaction() as session:
        signing(session, NOBODYS_ANY_MORE, "whsec_lost", NOON)
        roll_webhook_secret(session, OLD, "stripe", "whsec_second", NOON, DAY)
        roll_webhook_secret(session, OLD, "stripe", "whsec_third", NOON + DAY, DAY)
        assert [webhook_secret_of(OLD, row) for row in list_webhook_secrets(session)] == ["whsec_second", "whsec_third"]


def test_the_first_that_is_rolled_lets_the_environments_end_with_its_overlap(safe: Database) -> None:
    with safe.transaction() as session:
        provider(session)
        roll_webhook_secret(session, OLD, "stripe", "whsec_first", NOON, DAY)
    with safe.transaction() as session:
        rows = list_webhook_secrets(session)
    for at, secrets in ((NOON, 2), (NOON + DAY - timedelta(seconds=1), 2), (NOON + DAY, 1)):
        assert len(active_at(rows, at)) == secrets
    assert sorted((row.secret == "", row.active_until) for row in rows if not row.secret) == [(True, NOON + DAY)]


def test_without_an_overlap_the_environments_end_at_once(safe: Database) -> None:
    with safe.transaction() as session:
        provider(session)
        roll_webhook_secret(session, OLD, "stripe", "whsec_first", NOON, timedelta())
    assert _secrets(safe, NOON) == ["whsec_first"]


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
