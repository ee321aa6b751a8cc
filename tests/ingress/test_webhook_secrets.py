"""The door checks webhooks by the database's secrets, and notices when they change."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy.orm import Session

from credentials.master_keys import make, parse
from credentials.queries import LOOK_SECONDS
from credentials.roll_webhook_secret import roll_webhook_secret
from credentials.rotate import rotate
from ingress.reads import READ_SECONDS
from settings import SANDBOX_WEBHOOK_SECRET, Settings
from tests.credentials.kept import provider, signing
from tests.ingress.deliveries import OLD_SECRET, SECRET, deliver, event, signed
from tests.ingress.running_door import in_thread

Rows = Callable[..., list[tuple[Any, ...]]]

PROMISED_SECONDS = 5.0
MASTER = make("k1")
KEYS = parse(MASTER)
KEPT, NEXT = "whsec_kept_in_the_database", "whsec_that_comes_next"


@pytest.fixture
def with_keys(settings: Settings) -> Settings:
    """The same installation, which can open what is kept."""
    return settings.model_copy(update={"cashbeat_master_keys": SecretStr(MASTER)})


def _keep(owner_session: Session, secret: str) -> None:
    signing(owner_session, KEYS, secret, datetime.now(UTC) - timedelta(minutes=1))
    owner_session.commit()


def _answer(door: httpx.Client, secret: str) -> int:
    body = event()
    return deliver(door, body, signed(body, secret)).status_code


def _soon(door: httpx.Client, secret: str, status: int) -> None:
    began = time.monotonic()
    while (answer := _answer(door, secret)) != status:
        assert time.monotonic() - began < PROMISED_SECONDS, f"still {answer}"
        time.sleep(0.1)


def test_what_the_database_holds_counts_from_the_first_request_on_and_the_environments_does_not(
    with_keys: Settings, owner_session: Session
) -> None:
    _keep(owner_session, KEPT)
    with in_thread(with_keys) as door:
        assert [_answer(door, secret) for secret in (KEPT, SECRET, OLD_SECRET)] == [200, 400, 400]


def test_a_secret_is_rolled_while_the_door_runs(with_keys: Settings, owner_session: Session) -> None:
    with in_thread(with_keys) as door:
        assert _answer(door, SECRET) == 200, "the environment's, as long as none is kept"
        _keep(owner_session, KEPT)
        _soon(door, KEPT, 200)
        assert _answer(door, SECRET) == 400
        roll_webhook_secret(owner_session, KEYS, "stripe", NEXT, datetime.now(UTC), timedelta(hours=1))
        owner_session.commit()
        _soon(door, NEXT, 200)
        assert _answer(door, KEPT) == 200, "both, for a while"
        roll_webhook_secret(owner_session, KEYS, "stripe", "whsec_third", datetime.now(UTC), timedelta())
        owner_session.commit()
        _soon(door, KEPT, 400)
        _soon(door, NEXT, 400)
        assert _answer(door, "whsec_third") == 200


def test_the_first_roll_leaves_the_environments_its_overlap(with_keys: Settings, owner_session: Session) -> None:
    """Stripe signs with it until it is rolled there; the command that rolls was not told it."""
    provider(owner_session)
    owner_session.commit()
    with in_thread(with_keys) as door:
        assert _answer(door, SECRET) == 200, "a row of the vendor's says nothing of how it signs"
        roll_webhook_secret(owner_session, KEYS, "stripe", NEXT, datetime.now(UTC), timedelta(hours=1))
        owner_session.commit()
        _soon(door, NEXT, 200)
        assert _answer(door, SECRET) == 200
        owner_session.connection().exec_driver_sql(
            "UPDATE webhook_secrets SET active_from = active_from - interval '1 hour', "
            "active_until = active_until - interval '1 hour'"
        )
        owner_session.commit()
        _soon(door, SECRET, 400)
        assert _answer(door, NEXT) == 200


def test_what_everybody_knows_signs_nothing_in_production(with_keys: Settings, owner_session: Session) -> None:
    """Also when a trial's database became production's."""
    _keep(owner_session, SANDBOX_WEBHOOK_SECRET)
    _keep(owner_session, KEPT)
    with in_thread(with_keys.model_copy(update={"cashbeat_env": "production"})) as door:
        assert [_answer(door, secret) for secret in (SANDBOX_WEBHOOK_SECRET, KEPT)] == [400, 200]


def test_that_the_environment_is_ignored_is_said_once(
    with_keys: Settings, owner_session: Session, capfd: pytest.CaptureFixture[str]
) -> None:
    _keep(owner_session, KEPT)
    with in_thread(with_keys):
        time.sleep(3 * LOOK_SECONDS)
    told = "".join(capfd.readouterr())
    assert told.count("environment_ignored") == 1
    assert "STRIPE_WEBHOOK_SECRETS" in told


def test_while_the_database_does_not_answer_what_was_known_stays_known(
    with_keys: Settings, owner_session: Session
) -> None:
    """The door still tells a right signature from a wrong one."""
    _keep(owner_session, KEPT)
    with in_thread(with_keys) as door:
        owner_session.connection().exec_driver_sql("LOCK TABLE webhook_secrets")
        time.sleep(LOOK_SECONDS + READ_SECONDS + 1)
        assert [_answer(door, secret) for secret in (KEPT, SECRET)] == [200, 400]
        owner_session.rollback()


def test_one_that_has_ended_does_not_come_back_through_the_environment(
    with_keys: Settings, owner_session: Session
) -> None:
    _keep(owner_session, SECRET)
    owner_session.connection().exec_driver_sql("UPDATE webhook_secrets SET active_until = now()")
    owner_session.commit()
    with in_thread(with_keys) as door:
        assert _answer(door, SECRET) == 503, "there is none to check by: it is sent again"


def test_without_its_master_key_the_door_is_shut_and_nothing_is_lost(
    with_keys: Settings, owner_session: Session, capfd: pytest.CaptureFixture[str]
) -> None:
    _keep(owner_session, KEPT)
    with in_thread(with_keys.model_copy(update={"cashbeat_master_keys": SecretStr(make("k2"))})) as door:
        assert _answer(door, KEPT) == 503
        time.sleep(2 * LOOK_SECONDS)
    told = "".join(capfd.readouterr())
    assert told.count("'k1' is not in CASHBEAT_MASTER_KEYS") == 1, "not at each look"
    assert KEPT not in told


def test_while_secrets_are_sealed_again_under_load_no_event_is_lost(
    with_keys: Settings, owner_session: Session, rows: Rows
) -> None:
    """Forth and back, for longer than it takes the door to notice: each look of its falls somewhere in between."""
    other = make("k2")
    told = with_keys.model_copy(update={"cashbeat_master_keys": SecretStr(f"{MASTER},{other}")})
    _keep(owner_session, KEPT)
    answers: list[int] = []
    is_over = Event()

    with in_thread(told) as door:

        def bring() -> None:
            while not is_over.is_set():
                answers.append(_answer(door, KEPT))

        senders = [Thread(target=bring) for _ in range(4)]
        for sender in senders:
            sender.start()
        ends_at = time.monotonic() + PROMISED_SECONDS
        rotations = 0
        while time.monotonic() < ends_at:
            first, second = (other, MASTER) if rotations % 2 == 0 else (MASTER, other)
            assert rotate(owner_session, parse(f"{first},{second}")) == 1
            owner_session.commit()
            rotations += 1
            time.sleep(0.01)
        is_over.set()
        for sender in senders:
            sender.join()

    assert rotations > 10
    assert set(answers) == {200}
    assert rows("SELECT count(*) FROM inbox") == [(len(answers),)]
