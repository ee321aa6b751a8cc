"""What a worker calls its gateways with: the database's keys, as soon as there are some, and without a restart."""

import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
import structlog
from pydantic import SecretStr
from sqlalchemy import event

from billing.errors import NotConnected
from credentials.keep import keep_key
from credentials.master_keys import MasterKeys
from credentials.queries import LOOK_SECONDS
from credentials.switch_provider import NOTICED_AFTER
from database.engine import Database, make_engine, opened
from gateways.registry import EmailWhenAsked, OpenedWhenAsked
from settings import SANDBOX_PAYPAL_CLIENT_ID, SANDBOX_STRIPE_KEY, Settings
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
    with pytest.raises(NotConnected, match="stripe is not called: it is disabled"):
        gateways["stripe"]


def test_real_money_moves_in_production_alone(operator: Database, providers_of: Look) -> None:
    """Who prints invoices holds no key: beside a live one it would print a trial's bank."""
    _set(operator, "sk_live_first", sandbox=False)
    with pytest.raises(NotConnected, match="CASHBEAT_ENV has to be production"):
        providers_of().of_vendor("stripe")
    production = providers_of(here=Settings(cashbeat_env="production"))
    assert production.of_vendor("stripe")["secret_key"] == SecretStr("sk_live_first")


def test_without_a_key_work_waits_whoever_forgot_it(operator: Database, providers_of: Look) -> None:
    with pytest.raises(NotConnected, match="stripe is not called: it has no key"):
        providers_of(here=Settings()).of_vendor("stripe")
    with operator.transaction() as session:
        provider(session)
    with pytest.raises(NotConnected, match="stripe is not called: it has no key"):
        providers_of(here=Settings()).of_vendor("stripe")


def test_of_a_vendor_with_two_secrets_both_are_kept_and_called_as_it_calls_them(
    operator: Database, providers_of: Look
) -> None:
    told = Settings(paypal_client_secret=SecretStr("of_the_environment"))
    _set(operator, "of_the_row", name="paypal")
    values = providers_of(here=told).of_vendor("paypal")
    assert (values["client_id"], values["client_secret"]) == (SecretStr("of_the_row"), SecretStr("of_the_environment"))
    with operator.transaction() as session:
        keep_key(OLD, provider(session, "paypal"), "api_secret", "another_of_the_row")
    assert providers_of(here=told).of_vendor("paypal")["client_secret"] == SecretStr("another_of_the_row")


def test_without_the_second_secret_work_waits_as_well(operator: Database, providers_of: Look) -> None:
    _set(operator, "of_the_row", name="paypal")
    with pytest.raises(NotConnected, match="it has no secret; `cashbeat provider set paypal api_secret` asks for it"):
        providers_of(here=Settings()).of_vendor("paypal")


def test_what_a_row_does_not_say_the_environment_does(operator: Database, providers_of: Look) -> None:
    """The first thing that is set of a provider takes nothing away from who lives on the environment."""
    with operator.transaction() as session:
        provider(session, config={"calls_per_second": 7.0})
    assert providers_of().of_vendor("stripe") == {**HERE.of_vendor("stripe"), "calls_per_second": 7.0}
    _set(operator, "sk_test_of_the_row")
    values = providers_of().of_vendor("stripe")
    assert (values["secret_key"], values["api_base"]) == (SecretStr("sk_test_of_the_row"), "http://here")
    with operator.transaction() as session:
        provider(session, endpoint="http://there")
    assert providers_of().of_vendor("stripe")["api_base"] == "http://there"


@pytest.mark.parametrize(
    ("name", "key", "columns", "reason"),
    [
        ("stripe", "sk_live_first", {"sandbox": False, "endpoint": "HTTP://proxy.internal"}, "must be https"),
        ("resend", "re_first", {"endpoint": "http://proxy.internal"}, "must be https"),
        ("stripe", SANDBOX_STRIPE_KEY, {}, "is the sandbox's, which everybody knows"),
        ("paypal", SANDBOX_PAYPAL_CLIENT_ID, {}, "its key is the sandbox's, which everybody knows"),
    ],
)
def test_what_production_must_not_do_it_does_not_whoever_has_set_it(
    operator: Database, providers_of: Look, name: str, key: str, columns: dict[str, Any], reason: str
) -> None:
    """The shell of an operator may not know that this is production."""
    _set(operator, key, name=name, **columns)
    with pytest.raises(NotConnected, match=reason):
        providers_of(here=Settings(cashbeat_env="production")).of_vendor(name)


def test_another_key_for_mails_is_used_within_seconds(operator: Database, providers_of: Look) -> None:
    """Also by a process that has sent one already."""
    _set(operator, "re_first", name="resend")
    open_email = EmailWhenAsked(providers_of().of_vendor)
    first = open_email()
    assert open_email() is first
    _set(operator, "re_second", name="resend")
    time.sleep(NOTICED_AFTER.total_seconds())
    assert open_email() is not first


def test_many_threads_ask_the_database_once(operator: Database, database_url: str) -> None:
    """A process has few connections, and work under way holds them."""
    _set(operator, "sk_test_first")
    worker = Database(make_engine(as_worker(database_url), pool_size=1))
    asked: list[str] = []
    event.listen(worker.engine, "checkout", lambda *_: asked.append("a connection"))
    providers, begin = Providers(worker, OLD, HERE.of_vendor, is_production=False), Barrier(16)

    def ask() -> None:
        begin.wait()
        providers.of_vendor("stripe")

    with ThreadPoolExecutor(16) as threads:
        for asking in [threads.submit(ask) for _ in range(16)]:
            asking.result()
    worker.engine.dispose()
    assert len(asked) == 1


def test_no_variable_on_the_way_to_a_vendor_shows_a_key(operator: Database, providers_of: Look) -> None:
    """As a tool that reports a crash with all variables would send them."""
    _set(operator, CALL, active=False)
    gateways = OpenedWhenAsked(
        providers_of(here=Settings(stripe_secret_key=CALL, stripe_webhook_secrets=HOOK)).of_vendor
    )
    with pytest.raises(NotConnected) as crashed:
        gateways["stripe"]
    told = "".join(traceback.TracebackException.from_exception(crashed.value, capture_locals=True).format())
    assert "here = {'secret_key': SecretStr(" in told
    assert CANARY not in told


def test_a_master_key_that_is_missing_is_named_and_no_value_is(operator: Database, providers_of: Look) -> None:
    _set(operator, "sk_test_canary_here", keys=OLD)
    providers = providers_of(keys=NEW)
    with structlog.testing.capture_logs() as lines:
        for _ in range(3):
            with pytest.raises(NotConnected, match="'old' is not in") as refused:
                providers.of_vendor("stripe")
    assert [line["event"] for line in lines if line["log_level"] == "error"] == ["secret_stays_sealed"], "once"
    assert "canary" not in repr(lines) + str(refused.value)
