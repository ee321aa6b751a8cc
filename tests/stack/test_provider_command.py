"""Keys of vendors at the command line: asked for and never shown, kept sealed, tried, rolled, filled from settings."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from credentials.master_keys import make, parse
from credentials.places import key_of, webhook_secret_of
from credentials.queries import list_providers, list_webhook_secrets
from database.engine import Database
from gateways.reasons import masked_secret
from settings import SANDBOX_STRIPE_KEY, SANDBOX_WEBHOOK_SECRET, Settings
from stack import discover
from stack import home as homes
from stack.errors import StackError
from stack.master_keys import of_stack, to_seal
from tests.canaries import CALL
from tests.gateways.sandbox_process import Sandbox
from tests.stack.forked import cashbeat

FIRST, SECOND = make("k1"), make("k2")
Typed = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def typed(tmp_path: Path, database_url: str) -> Typed:
    """What `cashbeat provider` answers; `piped` is on its standard input."""

    def run(*arguments: str, piped: str = "", master_keys: str = FIRST, **told: str) -> Any:
        known = {"DATABASE_URL": database_url, "CASHBEAT_MASTER_KEYS": master_keys, **told}
        return cashbeat("provider", *arguments, home=tmp_path, piped=piped, **known)

    return run


def _kept(books: Database, master_keys: str = FIRST) -> list[str]:
    keys = parse(master_keys)
    with books.transaction() as session:
        secrets = [webhook_secret_of(keys, each) for each in list_webhook_secrets(session) if each.secret]
        return [*(key_of(keys, row, "api_key") for row in list_providers(session)), *secrets]


def test_a_secret_is_piped_in_and_of_it_four_characters_are_shown(typed: Typed, books_of_owner: Database) -> None:
    done = typed("set", "stripe", "api_key", piped=f"{CALL}\n")
    assert (done.returncode, done.stdout) == (0, "")
    typed("set", "stripe", "webhook_secret", piped="whsec_canary_the_first\n")
    typed("set", "stripe", "webhook_secret", piped="whsec_canary_the_second\n")
    shown = typed("show")
    assert "  api_key  ****sing  sealed under k1" in shown.stdout
    assert "****irst  sealed under k1  from 20" in shown.stdout
    assert "  webhook_secret  the environment's  from 20" in shown.stdout, "what doors have is still good for a day"
    assert shown.stdout.count(" until 20") == 2, "and so is the first"
    assert "canary" not in done.stderr + shown.stdout + shown.stderr
    assert _kept(books_of_owner) == [CALL, "whsec_canary_the_first", "whsec_canary_the_second"]


def test_what_is_no_secret_is_an_argument_and_has_to_look_right(typed: Typed, books_of_owner: Database) -> None:
    assert typed("set", "stripe", "calls_per_second", "12.5").returncode == 0
    assert typed("set", "stripe", "display_name", "Cards").returncode == 0
    shown = typed("show").stdout
    assert "stripe  Cards  payment" in shown
    assert "  calls_per_second  12.5\n" in shown
    with books_of_owner.transaction() as session:
        assert [row.config for row in list_providers(session)] == [{"calls_per_second": 12.5}]
    for name, field, value, sentence in (
        ("stripe", "calls_per_second", "fast", "calls_per_second must be"),
        ("stripe", "calls_per_second", "20000", "calls_per_second must be"),
        ("stripe", "endpoint", "nowhere", "endpoint must be"),
        ("resend", "calls_per_second", "5", "resend has no such field; it has api_key, endpoint, display_name"),
    ):
        refused = typed("set", name, field, value)
        assert (refused.returncode, sentence in refused.stderr) == (2, True), refused.stderr


def test_a_vendor_may_be_called_with_two_secrets(typed: Typed, books_of_owner: Database) -> None:
    """Whichever is set first says already whether they are live."""
    for field, piped in (("api_secret", "the-canary-client-secret"), ("api_key", "the-canary-client-id")):
        assert typed("set", "paypal", field, piped=piped).returncode == 0
        assert "paypal  PayPal  payment  active  sandbox" in typed("show").stdout
    assert typed("set", "paypal", "merchant_id", "2GG2795424U47").returncode == 0
    shown = typed("show").stdout
    assert "paypal  PayPal  payment  active  sandbox\n  api_key  ****t-id" in shown
    assert "  api_secret  ****cret  sealed under k1" in shown
    assert "canary" not in shown


def test_a_field_that_a_vendor_does_not_have_is_not_asked_for(typed: Typed, books_of_owner: Database) -> None:
    for name, field in (("stripe", "api_secret"), ("resend", "webhook_secret")):
        refused = typed("set", name, field, piped="a-canary-of-another")
        assert (refused.returncode, f"{name} has no such field; it has api_key" in refused.stderr) == (2, True)
    assert _kept(books_of_owner) == []


def test_what_was_set_can_be_taken_away(typed: Typed, books_of_owner: Database) -> None:
    assert "nothing is set" in typed("show").stderr
    for field, piped in (("api_key", "the-canary-client-id"), ("webhook_secret", "8PT597110X687430LKGECATA")):
        assert typed("set", "paypal", field, piped=piped).returncode == 0
    plain = {"merchant_id": "2GG2795424U47", "endpoint": "https://proxy.example", "display_name": "P"}
    for field, value in plain.items():
        assert typed("set", "paypal", field, value).returncode == 0
    for field in ("api_key", "webhook_secret", *plain):
        done = typed("unset", "paypal", field)
        assert (done.returncode, f"{field} of paypal is set no more" in done.stderr) == (0, True)
    assert typed("show").stdout == (
        "paypal  PayPal  payment  active  sandbox\n  api_key  not set\n  api_secret  not set\n  endpoint  not set\n"
    )
    refused = typed("unset", "stripe", "api_secret")
    assert (refused.returncode, "stripe has no such field" in refused.stderr) == (2, True)


def test_a_secret_is_never_an_argument(typed: Typed, books_of_owner: Database) -> None:
    refused = typed("set", "stripe", "api_key", CALL)
    assert refused.returncode == 2
    assert "api_key is never an argument" in refused.stderr
    assert "canary" not in refused.stderr + refused.stdout
    assert _kept(books_of_owner) == []


@pytest.mark.parametrize("words", [[CALL, "api_key"], ["stripe", CALL], ["stripe", f"api_key={CALL}"]])
def test_a_secret_in_the_place_of_another_word_is_not_repeated(typed: Typed, words: list[str]) -> None:
    refused = typed("set", *words)
    assert (refused.returncode, " no such " in refused.stderr) == (2, True)
    assert "canary" not in refused.stderr + refused.stdout


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("webhook_secret", SANDBOX_WEBHOOK_SECRET, "webhook_secret is the sandbox's, which everybody knows"),
        ("api_key", "sk_test_sandbox", "api_key is the sandbox's, which everybody knows"),
        ("endpoint", "http://proxy.internal", "endpoint must be https in production"),
    ],
)
def test_what_production_must_not_use_is_refused_where_it_is_set(
    typed: Typed, books_of_owner: Database, field: str, value: str, sentence: str
) -> None:
    plain = [value] if field == "endpoint" else []
    refused = typed("set", "stripe", field, *plain, piped=value, CASHBEAT_ENV="production")
    assert (refused.returncode, sentence in refused.stderr) == (2, True), refused.stderr
    with books_of_owner.transaction() as session:
        assert list_providers(session) == []


def test_nothing_is_sealed_that_the_running_stack_could_not_open(tmp_path: Path, database_url: str) -> None:
    told = Settings(database_url=database_url, cashbeat_home=tmp_path, cashbeat_master_keys=SecretStr(SECOND))
    homes.prepare(tmp_path)
    discover.publish(tmp_path, {"CASHBEAT_MASTER_KEYS": FIRST})
    with homes.exclusive(tmp_path.absolute()):
        with pytest.raises(StackError, match="the running stack was not told the master key 'k2'"):
            to_seal(told)
        both = told.model_copy(update={"cashbeat_master_keys": SecretStr(f"{FIRST},{SECOND}")})
        assert to_seal(both).first_id == "k1"


@pytest.mark.parametrize(
    ("name", "field", "piped", "sentence"),
    [
        ("stripe", "api_key", "pk_test_canary", "api_key is a publishable key"),
        ("stripe", "api_key", "", "api_key is empty"),
        ("stripe", "webhook_secret", "canary", "webhook_secret must begin with whsec_"),
        ("resend", "api_key", "canary", "api_key must begin with re_"),
        ("resend", "webhook_secret", "whsec_canary", "resend has no such field; it has api_key, endpoint"),
        ("tollbooth", "api_key", "canary", "there is no such provider; there are stripe, paypal, resend"),
        ("paypal", "webhook_secret", "WH-canary", "webhook_secret must be the id of a webhook"),
        ("stripe", "api_key", "sk_live_canary", "CASHBEAT_ENV has to be production beside a live key"),
    ],
)
def test_what_cannot_be_right_is_one_sentence_that_does_not_repeat_it(
    typed: Typed, books_of_owner: Database, name: str, field: str, piped: str, sentence: str
) -> None:
    refused = typed("set", name, field, piped=piped)
    assert refused.returncode == 2
    assert sentence in refused.stderr
    assert "canary" not in refused.stderr + refused.stdout
    assert _kept(books_of_owner) == []


def test_a_provider_is_tried_disabled_and_enabled(typed: Typed, own_sandbox: Sandbox) -> None:
    typed("set", "stripe", "api_key", piped=SANDBOX_STRIPE_KEY)
    typed("set", "stripe", "endpoint", own_sandbox.address)
    assert typed("test", "stripe").stdout == "Stripe answers, and takes the key\n"
    assert typed("disable", "stripe").returncode == 0
    refused = typed("test", "stripe")
    assert (refused.returncode, "it is disabled" in refused.stderr) == (2, True)
    typed("enable", "stripe")
    assert typed("test", "stripe").returncode == 0
    typed("set", "stripe", "endpoint", "http://127.0.0.1:1")
    assert typed("test", "stripe").returncode == 2, "nobody answers there"


def test_a_master_key_is_rolled(typed: Typed, books_of_owner: Database) -> None:
    typed("set", "stripe", "api_key", piped=CALL)
    typed("set", "stripe", "webhook_secret", piped="whsec_canary_the_first")
    lost = typed("rotate-key", master_keys=SECOND)
    assert (lost.returncode, "'k1' is not in CASHBEAT_MASTER_KEYS" in lost.stderr) == (2, True)
    assert "0 values were sealed again, and the api_key of stripe stays sealed" in lost.stderr
    done = typed("rotate-key", master_keys=f"{SECOND},{FIRST}")
    assert "2 values were sealed again; all are sealed under 'k2'" in done.stderr
    assert _kept(books_of_owner, SECOND) == [CALL, "whsec_canary_the_first"]
    assert "0 values" in typed("rotate-key", master_keys=SECOND).stderr
    of_that_id = typed("rotate-key", master_keys=make("k2"))
    assert (of_that_id.returncode, "the api_key of stripe stays sealed" in of_that_id.stderr) == (2, True)
    assert "stays sealed: the master key 'k2' is not" in typed("show").stdout


def test_a_home_makes_up_a_master_key_once_and_production_does_not(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    made = of_stack(Settings(), tmp_path)
    assert of_stack(Settings(), tmp_path) == made
    assert parse(made).first_id == "home"
    assert (tmp_path / "secrets" / "master_keys").stat().st_mode & 0o077 == 0
    assert of_stack(Settings(cashbeat_master_keys=SecretStr(FIRST)), tmp_path) == FIRST
    with pytest.raises(StackError, match="CASHBEAT_MASTER_KEYS is not set"):
        of_stack(Settings(cashbeat_env="production"), tmp_path)


def test_of_a_short_secret_nothing_is_shown() -> None:
    assert masked_secret("whsec_0123456789") == "****6789"
    assert masked_secret("whsec_012345678") == "****"
