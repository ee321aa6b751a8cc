"""At the first start settings fill what the database does not say; what they fill, and what is said of the rest."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from credentials.master_keys import make, parse
from credentials.places import key_of, webhook_secret_of
from credentials.queries import list_providers, list_webhook_secrets
from database.engine import Database
from settings import (
    SANDBOX_PAYPAL_CLIENT_ID,
    SANDBOX_PAYPAL_CLIENT_SECRET,
    SANDBOX_RESEND_KEY,
    SANDBOX_STRIPE_KEY,
    SANDBOX_WEBHOOK_SECRET,
    Settings,
)
from stack.errors import StackError
from stack.first_providers import fill
from stack.providers import unset
from stack.stands_in import payment_takers, why_no_sandbox
from tests.canaries import CALL, HOOK
from tests.credentials.kept import keyed, provider
from tests.logins import urls_of

ROOT = Path(__file__).resolve().parents[2]
FIRST, SECOND = make("k1"), make("k2")
REAL: dict[str, Any] = {
    "stripe_secret_key": SecretStr("sk_test_of_settings"),
    "stripe_webhook_secrets": (SecretStr("whsec_1_of_settings"), SecretStr("whsec_2_of_settings")),
    "resend_api_key": SecretStr("re_of_settings"),
}


def _kept(books: Database) -> list[str]:
    keys = parse(FIRST)
    with books.transaction() as session:
        secrets = [webhook_secret_of(keys, each) for each in list_webhook_secrets(session)]
        return [*(key_of(keys, row, "api_key") for row in list_providers(session)), *secrets]


def test_settings_fill_what_is_empty_once_and_are_then_ignored_with_a_word(
    database_url: str, books_of_owner: Database
) -> None:
    told = fill(Settings(**REAL), database_url, lambda: parse(FIRST))
    assert len(told) == 2
    kept = ["re_of_settings", "sk_test_of_settings", "whsec_1_of_settings", "whsec_2_of_settings"]
    assert _kept(books_of_owner) == kept
    others = Settings(**{**REAL, "stripe_secret_key": SecretStr("sk_test_another")})
    told = fill(others, database_url, lambda: parse(FIRST))
    assert told[0] == "STRIPE_SECRET_KEY is ignored: the database says what stripe is called with"
    assert _kept(books_of_owner) == kept
    assert "sk_test" not in " ".join(told)


def test_seeding_seals_what_the_environment_has(tmp_path: Path, database_url: str, books_of_owner: Database) -> None:
    """As a container does it before the others start."""
    urls = urls_of(database_url)
    told = {
        **os.environ,
        "CASHBEAT_HOME": str(tmp_path),
        "CASHBEAT_MASTER_KEYS": FIRST,
        "STRIPE_SECRET_KEY": CALL,
        "STRIPE_WEBHOOK_SECRETS": HOOK,
        "DATABASE_URL": urls.owner,
        "INGRESS_DATABASE_URL": urls.ingress,
        "WORKER_DATABASE_URL": urls.worker,
        "PORTAL_DATABASE_URL": urls.portal,
        "CONSOLE_DATABASE_URL": urls.console,
    }
    for words in ("what stripe is called with is kept in the database now", "STRIPE_SECRET_KEY is ignored"):
        command = [sys.executable, "-m", "cli", "seed"]
        seeded = subprocess.run(command, cwd=ROOT, env=told, capture_output=True, text=True, timeout=60, check=True)
        assert words in seeded.stderr
    assert _kept(books_of_owner) == [CALL, HOOK]


def test_the_sandboxs_keys_are_kept_nowhere(database_url: str, books_of_owner: Database) -> None:
    trial = Settings(
        stripe_secret_key=SANDBOX_STRIPE_KEY,
        paypal_client_id=SANDBOX_PAYPAL_CLIENT_ID,
        paypal_client_secret=SANDBOX_PAYPAL_CLIENT_SECRET,
        resend_api_key=SANDBOX_RESEND_KEY,
    )
    assert fill(trial, database_url, lambda: parse(FIRST)) == []
    assert _kept(books_of_owner) == []
    assert payment_takers(trial, database_url) == [], "nobody else takes payments"


def test_a_trial_sends_no_real_mails_whatever_the_environment_has(database_url: str, books_of_owner: Database) -> None:
    trial = Settings(resend_api_key=REAL["resend_api_key"])
    assert fill(trial, database_url, lambda: parse(FIRST)) == []
    assert _kept(books_of_owner) == []


def test_nothing_starts_in_production_without_keys_nor_a_trial_with_live_ones(
    database_url: str, books_of_owner: Database
) -> None:
    production = Settings(cashbeat_env="production")
    with pytest.raises(StackError, match=r"stripe has no key; .*stripe has no webhook secret; .*resend has no key"):
        payment_takers(production, database_url)
    live = Settings(**{**REAL, "stripe_secret_key": SecretStr("sk_live_of_settings"), "cashbeat_env": "production"})
    fill(live, database_url, lambda: parse(FIRST))
    assert payment_takers(production, database_url)
    with pytest.raises(StackError, match="CASHBEAT_ENV has to be production: the database holds a live key of stripe"):
        payment_takers(Settings(), database_url)
    with books_of_owner.transaction() as session:
        session.execute(text("UPDATE integration_providers SET sandbox = true"))
    assert payment_takers(Settings(), database_url)


PAYPAL: dict[str, Any] = {
    "paypal_client_id": SecretStr("client-id-of-settings"),
    "paypal_client_secret": SecretStr("client-secret-of-settings"),
    "paypal_webhook_secrets": (SecretStr("1JE4291016473214C"),),
    "resend_api_key": REAL["resend_api_key"],
}


def test_one_vendor_that_takes_payments_is_enough_and_of_each_all_is_needed(
    database_url: str, books_of_owner: Database
) -> None:
    production = Settings(cashbeat_env="production")
    without = {name: value for name, value in PAYPAL.items() if name != "paypal_client_secret"}
    fill(Settings(**without, cashbeat_env="production"), database_url, lambda: parse(FIRST))
    with pytest.raises(StackError) as refused:
        payment_takers(production, database_url)
    sentence = "paypal has no secret; set PAYPAL_CLIENT_SECRET, or run `cashbeat provider set paypal api_secret`"
    assert str(refused.value) == sentence
    fill(Settings(**PAYPAL, cashbeat_env="production"), database_url, lambda: parse(FIRST))
    assert payment_takers(production, database_url)


def test_where_keys_look_alike_the_environment_says_which_are_live(database_url: str, books_of_owner: Database) -> None:
    fill(Settings(**PAYPAL), database_url, lambda: parse(FIRST))
    assert payment_takers(Settings(), database_url)
    with books_of_owner.transaction() as session:
        session.execute(text("UPDATE integration_providers SET api_key = '' WHERE id = 'paypal'"))
    fill(Settings(**PAYPAL, paypal_environment="live"), database_url, lambda: parse(FIRST))
    with pytest.raises(StackError, match="CASHBEAT_ENV has to be production: the database holds a live key of paypal"):
        payment_takers(Settings(), database_url)


def test_a_key_that_was_set_in_a_trial_ends_the_sandbox_with_a_word_and_taken_away_lets_it_begin(
    database_url: str, books_of_owner: Database
) -> None:
    trial = Settings(database_url=database_url)
    fill(Settings(**PAYPAL), database_url, lambda: parse(FIRST))
    takers = payment_takers(trial, database_url)
    why = "the database has a key of paypal; `cashbeat provider unset paypal api_key` takes it away"
    assert why_no_sandbox(takers) == f"the sandbox does not run: {why}"
    unset(trial, "paypal", "api_key")
    assert payment_takers(trial, database_url) == []


def test_each_variable_that_does_not_count_is_named(database_url: str, books_of_owner: Database) -> None:
    """As STRIPE_WEBHOOK_SECRETS once a secret was set, when the key stands in no environment any more."""
    fill(Settings(**REAL), database_url, lambda: parse(FIRST))
    later = Settings(stripe_webhook_secrets=(SecretStr("whsec_new_one"),), stripe_calls_per_second=50)
    assert fill(later, database_url, lambda: parse(FIRST)) == [
        "STRIPE_WEBHOOK_SECRETS is ignored: the database says what stripe is called with",
        "what stripe is called with is kept in the database now, and counts from here on (STRIPE_CALLS_PER_SECOND)",
    ]


def test_what_was_left_empty_is_filled_by_a_later_start(database_url: str, books_of_owner: Database) -> None:
    """As after `set calls_per_second` on an installation that lives on its environment."""
    with books_of_owner.transaction() as session:
        provider(session, config={"calls_per_second": 7.0})
    told = fill(Settings(**REAL), database_url, lambda: parse(FIRST))
    assert "(STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRETS)" in told[0]
    with books_of_owner.transaction() as session:
        assert [row.config for row in list_providers(session) if row.id == "stripe"] == [{"calls_per_second": 7.0}]
    assert len(_kept(books_of_owner)) == 4


def test_many_first_starts_at_once_are_one(database_url: str, books_of_owner: Database) -> None:
    with ThreadPoolExecutor(4) as threads:
        starts = [threads.submit(fill, Settings(**REAL), database_url, lambda: parse(FIRST)) for _ in range(4)]
        told = [word for start in starts for word in start.result()]
    assert sum("is kept in the database now" in word for word in told) == 2, "one of each vendor"
    assert len(_kept(books_of_owner)) == 4


def test_a_start_with_another_master_key_says_what_stays_sealed(database_url: str, books_of_owner: Database) -> None:
    fill(Settings(**REAL), database_url, lambda: parse(FIRST))
    told = fill(Settings(), database_url, lambda: parse(SECOND))
    assert len(told) == 4
    assert told[0] == "the api_key of resend stays sealed: the master key 'k1' is not in CASHBEAT_MASTER_KEYS"


def test_what_a_later_release_has_kept_is_in_nobodys_way(database_url: str, books_of_owner: Database) -> None:
    with books_of_owner.transaction() as session:
        keyed(session, parse(FIRST), "of_a_vendor_to_come", name="tollbooth")
    assert len(fill(Settings(**REAL), database_url, lambda: parse(FIRST))) == 2
    assert payment_takers(Settings(), database_url)


def test_what_everybody_knows_is_not_kept_in_production(database_url: str, books_of_owner: Database) -> None:
    real = {**REAL, "stripe_webhook_secrets": (SecretStr(SANDBOX_WEBHOOK_SECRET),), "cashbeat_env": "production"}
    with pytest.raises(StackError, match="STRIPE_WEBHOOK_SECRETS is the sandbox's, which everybody knows"):
        fill(Settings(**real), database_url, lambda: parse(FIRST))
    assert _kept(books_of_owner) == []


def test_in_production_mails_alone_are_a_beginning(database_url: str, books_of_owner: Database) -> None:
    production = Settings(resend_api_key=REAL["resend_api_key"], cashbeat_env="production")
    assert len(fill(production, database_url, lambda: parse(FIRST))) == 1
    assert _kept(books_of_owner) == ["re_of_settings"]
