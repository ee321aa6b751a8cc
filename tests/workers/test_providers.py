"""What a worker calls its gateways with: the database's keys, as soon as there are some, and without a restart."""

import time
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from pydantic import SecretStr

from billing.errors import Unavailable
from credentials.master_keys import MasterKeys
from credentials.queries import LOOK_SECONDS
from database.engine import Database, make_engine, opened
from gateways.registry import OpenedWhenAsked
from settings import Settings
from tests.canaries import CALL, CANARY, HOOK
from tests.credentials.kept import NEW, OLD, keyed, provider
from tests.logins import as_worker
from workers.providers import Providers

PROMISED_SECONDS = 5.0
HERE = Settings(stripe_secret_key=SecretStr("sk_test_of_the_environment"), stripe_api_base="http://here")
Look = Callable[..., Providers]


@pytest.fixture
def operator(database_url: str) -> Iterator[Database]:
    """Who sets keys."""
    with opened(database_url) as database:
        yield database


@pytest.fixture
def providers_of(database_url: str) -> Iterator[Look]:
    """A worker that was told these master keys and this environment."""
    worker = Database(make_engine(as_worker(database_url)))
    yield lambda keys=OLD, here=HERE: Providers(worker, keys, here.of_vendor, is_production=here.is_production)
    worker.engine.dispose()


def _set(operator: Database, api_key: str, keys: MasterKeys = OLD, **columns: Any) -> None:
    with operator.transaction() as session:
        keyed(session, keys, api_key, **columns)


def test_as_long_as_there_is_no_row_the_environment_counts(providers_of: Look) -> None:
    assert providers_of().of_vendor("stripe") == HERE.of_vendor("stripe")


def test_a_row_counts_and_the_environment_is_ignored_with_a_word(operator: Database, providers_of: Look) -> None:
    _set(operator, "sk_test_of_the_row", endpoint="http://there", config={"calls_per_second": 7.0, "nonsense": 1})
    providers = providers_of()
    with structlog.testing.capture_logs() as lines:
        values = [providers.of_vendor("stripe") for _ in range(3)]
    assert values[0] == {
        "secret_key": SecretStr("sk_test_of_the_row"),
        "api_base": "http://there",
        "calls_per_second": 7.0,
        "webhook_secrets": (),
    }
    assert [(line["event"], line["provider"]) for line in lines] == [("environment_ignored", "stripe")], "once"
    assert "sk_test" not in repr(lines)


def test_another_key_is_used_within_seconds_and_the_same_one_keeps_its_connections(
    operator: Database, providers_of: Look
) -> None:
    _set(operator, "sk_test_first")
    gateways = OpenedWhenAsked(providers_of().of_vendor)
    first = gateways["stripe"]
    assert gateways["stripe"] is first
    _set(operator, "sk_test_second")
    changed_at = time.monotonic()
    while gateways["stripe"] is first:
        assert time.monotonic() - changed_at < PROMISED_SECONDS
        time.sleep(0.1)
    assert LOOK_SECONDS < PROMISED_SECONDS


def test_a_provider_that_is_disabled_is_not_called_and_work_waits(operator: Database, providers_of: Look) -> None:
    _set(operator, "sk_test_first", active=False)
    gateways = OpenedWhenAsked(providers_of().of_vendor)
    assert "stripe" in gateways, "it is known all the same"
    with pytest.raises(Unavailable, match="stripe is disabled"):
        gateways["stripe"]


def test_real_money_moves_in_production_alone(operator: Database, providers_of: Look) -> None:
    """Who prints invoices holds no key: beside a live one it would print a trial's bank."""
    _set(operator, "sk_live_first", sandbox=False)
    with pytest.raises(Unavailable, match="CASHBEAT_ENV has to be production"):
        providers_of().of_vendor("stripe")
    production = providers_of(here=Settings(cashbeat_env="production"))
    assert production.of_vendor("stripe")["secret_key"] == SecretStr("sk_live_first")


def test_without_a_key_work_waits_whoever_forgot_it(operator: Database, providers_of: Look) -> None:
    with pytest.raises(Unavailable, match="stripe has no key"):
        providers_of(here=Settings()).of_vendor("stripe")
    with operator.transaction() as session:
        provider(session)
    with pytest.raises(Unavailable, match="stripe has no key"):
        providers_of().of_vendor("stripe")


def test_no_variable_on_the_way_to_a_vendor_shows_a_key(operator: Database, providers_of: Look) -> None:
    """As a tool that reports a crash with all variables would send them."""
    _set(operator, CALL, active=False)
    gateways = OpenedWhenAsked(
        providers_of(here=Settings(stripe_secret_key=CALL, stripe_webhook_secrets=HOOK)).of_vendor
    )
    with pytest.raises(Unavailable) as crashed:
        gateways["stripe"]
    told = "".join(traceback.TracebackException.from_exception(crashed.value, capture_locals=True).format())
    assert "here = {'secret_key': SecretStr(" in told
    assert CANARY not in told


def test_a_master_key_that_is_missing_is_named_and_no_value_is(operator: Database, providers_of: Look) -> None:
    _set(operator, "sk_test_canary_here", keys=OLD)
    with structlog.testing.capture_logs() as lines, pytest.raises(Unavailable, match="'old' is not in") as refused:
        providers_of(keys=NEW).of_vendor("stripe")
    assert [line["event"] for line in lines if line["log_level"] == "error"] == ["secret_stays_sealed"]
    assert "canary" not in repr(lines) + str(refused.value)
