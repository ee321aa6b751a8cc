"""A setting that cannot be used is told in one sentence before anything starts, and nothing of a trial goes live."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from credentials.master_keys import LOOKS_LIKE, make
from setting_needs import UP, unmet
from settings import READ_BY, Settings, in_words
from stack.doctor import examine
from stack.errors import StackError
from stack.running import Stack
from workers.queues import GROUPS

ROOT = Path(__file__).resolve().parents[2]
DATABASE = "must look like postgresql://user:password@host:port/database"
PAGE = "must be an http or https URL with a host"
WHOLE = "must be copied whole, without spaces or line breaks"
DIGITS = "must be a number in digits alone"
BASE = "must end before ? and #: paths are put behind it"
LINES = "must be lines that can be printed"
BAD = [
    ("INGRESS_PORT", "eight", "must be a valid integer"),
    ("INGRESS_PORT", "0", "must be greater than or equal to 1"),
    ("FLOWER_PORT", "65536", "must be less than or equal to 65535"),
    ("SANDBOX_PORT", "-1", "must be greater than or equal to 1"),
    ("INGRESS_HOST", "not a host", "must be an IP address of this machine, or localhost"),
    ("INGRESS_HOST", "127.0.0.1:8000", "must be an IP address of this machine, or localhost"),
    ("INGRESS_PROCESSES", "100", "must be less than or equal to 64"),
    ("DATABASE_URL", "mysql://me:hidden@db/books", DATABASE),
    ("WORKER_DATABASE_URL", "postgresql://me:hidden@db", DATABASE),
    ("INGRESS_DATABASE_URL", "postgresql://me:hidden@db:port/books", DATABASE),
    ("BROKER_URL", "localhost:6379", "must look like redis://:password@host:port/0"),
    ("BROKER_URL", "redis://:hidden@/0", "must look like redis://:password@host:port/0"),
    ("BROKER_URL", "redis://:hidden@broker/none", "must look like redis://:password@host:port/0"),
    ("BROKER_URL", "foo://broker", "must look like redis://:password@host:port/0"),
    ("BROKER_URL", "://broker", "must look like redis://:password@host:port/0"),
    ("INGRESS_PORT", "1_000", DIGITS),
    ("INGRESS_PROCESSES", "1_0", DIGITS),
    ("STRIPE_CALLS_PER_SECOND", "1_0", DIGITS),
    ("PUBLIC_URL", "https://pay.example/?a=b", BASE),
    ("PUBLIC_URL", "https://pay.example/#top", BASE),
    ("STRIPE_API_BASE", "https://stripe.example/?", BASE),
    ("SELLER_ADDRESS", "1 Example Street\n\u202eetalf", LINES),
    ("SELLER_ADDRESS", "1 Example Street\n\ue000", LINES),
    ("SELLER_ADDRESS", " \n", LINES),
    ("PAYMENT_INSTRUCTIONS", "\u200b", LINES),
    ("PAYMENT_INSTRUCTIONS", "IBAN DE00\n\x1b[2J", LINES),
    ("SELLER_TAX_ID", "DE1\u2066", "must be a line that can be printed"),
    ("SELLER_TAX_ID", "DE1\nDE2", "must be a line that can be printed"),
    ("MAIL_LINK_HOSTS", "https://app.example", "must be names of hosts like app.example.com"),
    ("USER_ORIGINS", "https://app.example/", "must be origins like https://app.example.com, without a path"),
    ("USER_ORIGINS", "https://app.example,*", "must be origins like https://app.example.com, without a path"),
    ("TEAM_INVITATION_URL", "https://app.example/join", "must have {token} in it, once"),
    ("TEAM_INVITATION_URL", "app.example/{token}", PAGE),
    ("PORTAL_URL", "app.example/billing", PAGE),
    ("PORTAL_PUBLIC_URL", "https://account.example/?a=b", BASE),
    ("PORTAL_PUBLIC_URL", "https://app.example/account", "must end behind the host: pages lie at its root"),
    ("PORTAL_RETURN_HOSTS", "https://app.example", "must be names of hosts like app.example.com"),
    ("PORTAL_PROCESSES", "0", "must be greater than or equal to 1"),
    ("CONSOLE_PUBLIC_URL", "https://app.example/console", "must end behind the host: pages lie at its root"),
    ("CONSOLE_PROCESSES", "0", "must be greater than or equal to 1"),
    ("SELLER_WEBSITE", "https://", PAGE),
    ("STRIPE_API_BASE", "ftp://stripe.example", PAGE),
    ("RESEND_API_BASE", "https://me:hidden@resend.example", PAGE),
    ("SELLER_EMAIL", "billing@", "must be an e-mail address"),
    ("SELLER_EMAIL", "Ada <ada@ada.example>", "must be an e-mail address"),
    ("SELLER_NAME", "\u200b", "must be a name that can be printed"),
    ("FLOWER_BASIC_AUTH", "hidden", "must look like user:password"),
    ("FLOWER_BASIC_AUTH", ":hidden", "must look like user:password"),
    ("CASHBEAT_MASTER_KEYS", "k1:hidden", LOOKS_LIKE),
    ("STRIPE_SECRET_KEY", "pk_live_hidden", "is a publishable key; the secret one begins with sk_ or rk_"),
    ("STRIPE_SECRET_KEY", "hidden", "must begin with sk_test_, sk_live_, rk_test_ or rk_live_"),
    ("STRIPE_WEBHOOK_SECRETS", "whsec_1,hidden", "must begin with whsec_"),
    ("STRIPE_SECRET_KEY", "sk_live_", WHOLE),
    ("STRIPE_SECRET_KEY", "sk_live_hidden\r", WHOLE),
    ("STRIPE_WEBHOOK_SECRETS", "whsec_1,whsec_", WHOLE),
    ("PAYPAL_CLIENT_SECRET", "hidden hidden", WHOLE),
    ("USER_TOKEN_SECRETS", "hidden", "must have 32 bytes or more"),
    ("USER_TOKEN_SECRETS", f"{'hidden' * 9},hidden", "must have 32 bytes or more"),
    ("USER_TOKEN_SECRETS", "hidden " * 9 + "x", WHOLE),
    ("USER_TOKEN_JWKS_URL", "ftp://app.example/keys", PAGE),
    ("PAYPAL_ENVIRONMENT", "test", "must be 'sandbox' or 'live'"),
    ("PAYPAL_WEBHOOK_SECRETS", "1JE4291016473214C,WH-hidden", "must be the id of a webhook: letters and digits"),
    ("PAYPAL_MERCHANT_ID", "hidden", "must be a merchant id: 13 capital letters and digits"),
    ("PAYPAL_TRUST_FILE", "authorities.pem", "must be an absolute path: not every process starts in the same folder"),
    ("PAYPAL_TRUST_FILE", "/nowhere.pem", "must be a file of certificates in PEM that this process may read"),
    ("PAYPAL_TRUST_FILE", __file__, "must be a file of certificates in PEM that this process may read"),
    ("PAYPAL_WEBHOOK_VERIFICATION", "never", "must be 'offline' or 'by_paypal'"),
    ("RESEND_API_KEY", "hidden", "must begin with re_"),
    ("RESEND_API_KEY", "re_hidden hidden", WHOLE),
    ("CASHBEAT_ENV", "staging", "must be 'development' or 'production'"),
    ("LOG_LEVEL", "loud", "must be 'DEBUG', 'INFO', 'WARNING' or 'ERROR'"),
]
REAL: dict[str, Any] = {
    "cashbeat_master_keys": SecretStr(make("k1")),
    "seller_name": "Ada's Engines",
    "seller_address": "12 Engine Row\nLondon",
    "seller_email": "billing@ada.example",
    "seller_website": "https://ada.example",
    "payment_instructions": "Engine Bank, IBAN GB33 BUKB 2020 1555 5555 55",
}
LIVE: dict[str, Any] = {**REAL, "stripe_secret_key": SecretStr("sk_live_1")}
CELERY = ("-m", "celery", "-A", "workers.celery_app")
PROCESSES = {
    "ingress": ("-m", "ingress"),
    "portal": ("-m", "portal"),
    "console": ("-m", "portal.console"),
    **{queue: (*CELERY, "worker", "-Q", queue, "-c", "1") for queue in ("payments", "emails", "documents", "upkeep")},
    "beat": (*CELERY, "beat", "--schedule", "{home}/schedule"),
    "flower": (*CELERY, "flower"),
    "sandbox": ("-m", "sandbox", "--port", "0"),
    "cli": ("-m", "cli", "doctor"),
    "gauntlet": ("-m", "tests.gauntlet", "--purchases", "1", "--home", "{home}/home"),
    "simulation": ("-m", "cli", "simulate", "--accounts", "1", "--months", "1", "--home", "{home}"),
}


def _start(process: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *(each.format(home=home) for each in PROCESSES[process])],
        cwd=ROOT,
        env={**os.environ, "CASHBEAT_HOME": str(home), **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize(("name", "value", "refusal"), BAD)
def test_each_bad_value_is_one_sentence_that_does_not_repeat_it(
    name: str, value: str, refusal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError) as refused:
        Settings()
    assert in_words(refused.value) == f"{name} {refusal}"
    assert "hidden" not in in_words(refused.value)


@pytest.mark.parametrize("process", PROCESSES)
def test_no_process_starts_with_a_bad_value(process: str, tmp_path: Path) -> None:
    refused = _start(process, tmp_path, BROKER_URL="nowhere", STRIPE_SECRET_KEY="pk_test_hidden")
    sentence = (
        "cashbeat: BROKER_URL must look like redis://:password@host:port/0; "
        "STRIPE_SECRET_KEY is a publishable key; the secret one begins with sk_ or rk_\n"
    )
    assert (refused.returncode, refused.stderr, refused.stdout) == (2, sentence, "")


@pytest.mark.parametrize(
    ("process", "sentence"),
    [
        ("ingress", "INGRESS_DATABASE_URL is not set; BROKER_URL is not set; CASHBEAT_MASTER_KEYS is not set"),
        ("payments", "WORKER_DATABASE_URL is not set; BROKER_URL is not set; CASHBEAT_MASTER_KEYS is not set"),
        ("portal", "PORTAL_DATABASE_URL is not set; BROKER_URL is not set; PORTAL_PUBLIC_URL is not set"),
        ("console", "CONSOLE_DATABASE_URL is not set; BROKER_URL is not set; CASHBEAT_MASTER_KEYS is not set"),
        (
            "emails",
            "WORKER_DATABASE_URL is not set; BROKER_URL is not set; CASHBEAT_MASTER_KEYS is not set; SELLER_NAME",
        ),
        ("documents", "WORKER_DATABASE_URL is not set; BROKER_URL is not set; SELLER_NAME is that of an example"),
        ("upkeep", "WORKER_DATABASE_URL is not set; BROKER_URL is not set"),
        ("beat", "BROKER_URL is not set"),
        ("flower", "BROKER_URL is not set; FLOWER_BASIC_AUTH is not set"),
        ("sandbox", "the sandbox never runs in production"),
    ],
)
def test_in_production_no_process_starts_without_what_it_needs(process: str, sentence: str, tmp_path: Path) -> None:
    refused = _start(process, tmp_path, CASHBEAT_ENV="production", STRIPE_WEBHOOK_SECRETS="whsec_sandbox")
    assert refused.returncode == 2
    assert refused.stderr.splitlines()[-1].startswith(f"cashbeat: {sentence}")
    assert "Traceback" not in refused.stderr


def test_an_address_is_kept_line_by_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SELLER_ADDRESS", "12 Engine Row \r\n\r\nLondon\n")
    assert Settings().seller_address == "12 Engine Row\n\nLondon"
    assert Settings(payment_instructions="Bank\nIBAN").payment_instructions == "Bank\nIBAN"


def test_a_variable_that_is_empty_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.setenv(name.upper(), "")
    assert Settings() == Settings.model_construct()


def test_with_real_money_nothing_is_left_to_an_example() -> None:
    live = Settings(stripe_secret_key=SecretStr("rk_live_1"))
    assert unmet(live, UP) == [
        "CASHBEAT_MASTER_KEYS is not set",
        "SELLER_NAME is that of an example; invoices need the real one",
        "SELLER_ADDRESS is that of an example; invoices need the real one",
        "SELLER_EMAIL is that of an example; invoices need the real one",
        "SELLER_WEBSITE is that of an example; invoices need the real one",
        "PAYMENT_INSTRUCTIONS is that of an example; invoices need the real one",
    ]
    assert unmet(Settings(**LIVE), UP) == []
    assert Settings(paypal_environment="live").is_production
    assert unmet(Settings(), UP) == []


@pytest.mark.parametrize("name", REAL)
def test_each_of_them_is_needed(name: str) -> None:
    others = {other: value for other, value in REAL.items() if other != name}
    (missing,) = unmet(Settings(cashbeat_env="production", **others), UP)
    assert missing.startswith(name.upper())


def test_every_example_is_one_of_them() -> None:
    examples = {name for name, field in Settings.model_fields.items() if "example" in str(field.default).lower()}
    assert examples
    assert examples <= set(REAL)


@pytest.mark.parametrize(
    ("name", "process"),
    [("stripe_api_base", "payments"), ("paypal_api_base", "ingress"), ("resend_api_base", "emails")],
)
def test_real_money_and_real_mails_go_to_no_address_that_a_sandbox_could_have(name: str, process: str) -> None:
    plain: dict[str, Any] = {name: "http://127.0.0.1:8400"}
    refusal = f"{name.upper()} must be https in production; a sandbox is no gateway"
    for asked in (UP, process):
        assert unmet(Settings(**{**LIVE, **plain}), asked)[-1] == refusal
    assert unmet(Settings(**{**LIVE, name: "https://proxy.ada.example"}), UP) == []
    assert unmet(Settings(**plain), UP) == [], "a trial may"


def test_a_simulation_never_runs_in_production(tmp_path: Path) -> None:
    refused = _start("simulation", tmp_path, CASHBEAT_ENV="production")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == "cashbeat: a simulation runs with the sandbox, and never in production (CASHBEAT_ENV)\n"


def test_no_chaos_is_made_beside_real_gateways(tmp_path: Path) -> None:
    for told in ({"CASHBEAT_ENV": "production"}, {"STRIPE_SECRET_KEY": "sk_test_ours"}):
        refused = _start("gauntlet", tmp_path, **told)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert "with the sandbox only" in refused.stderr
        assert not (tmp_path / "home").exists(), "nothing was begun"


def test_a_whole_stack_does_not_start_without_them_and_the_doctor_says_the_same(tmp_path: Path) -> None:
    live = Settings(cashbeat_home=tmp_path, stripe_secret_key=SecretStr("sk_live_hidden"))
    with pytest.raises(StackError, match="CASHBEAT_MASTER_KEYS is not set; SELLER_NAME"), Stack(live):
        pass
    findings = {finding.subject: finding for finding in examine(live)}
    assert findings["Settings"].detail == "; ".join(unmet(live, UP))
    assert not findings["Settings"].is_well
    assert findings["Disk"].is_well


def test_the_doctor_prints_no_password(tmp_path: Path) -> None:
    secrets: dict[str, Any] = {
        "database_url": "postgresql://me:hidden@127.0.0.1:1/books",
        "broker_url": "redis://:hidden@127.0.0.1:1/0",
    }
    found = list(examine(Settings(cashbeat_home=tmp_path, flower_basic_auth=SecretStr("me:hidden"), **secrets)))
    assert {finding.subject for finding in found if not finding.is_well} >= {"PostgreSQL", "Broker"}
    assert "hidden" not in repr(found)


def test_a_worker_holds_the_keys_of_its_own_conversations_alone() -> None:
    of_gateways = ["paypal_client_id", "paypal_client_secret", "stripe_secret_key"]
    keys = {*of_gateways, "resend_api_key"}
    opens_keys = {group.name for group in GROUPS if "cashbeat_master_keys" in READ_BY[group.name]}
    talk = {"webhooks", "commands", "payments", "renewals", "emails", "events"}
    assert opens_keys == talk, "no other queue talks to anybody"
    assert {group.name: sorted(keys & set(READ_BY[group.name])) for group in GROUPS} == {
        "webhooks": of_gateways,
        "commands": of_gateways,
        "payments": of_gateways,
        # it moves the gateway's test clocks, too
        "renewals": of_gateways,
        "documents": [],
        "emails": ["resend_api_key"],
        "events": [],
        "upkeep": [],
    }


def test_a_group_of_several_queues_needs_what_each_of_them_reads() -> None:
    real = Settings(cashbeat_env="production", worker_database_url="postgresql://me@db/books", broker_url="redis://b")
    together = unmet(real, "payments", "emails")
    assert together[0] == "CASHBEAT_MASTER_KEYS is not set"
    assert set(together) == {*unmet(real, "payments"), *unmet(real, "emails")}


def test_a_live_key_starts_nothing_unless_all_are_told_that_this_is_no_trial() -> None:
    """Who prints invoices holds no key: it would take a trial's bank for good enough."""
    live = Settings(**LIVE)
    told = [sentence for queue in ("payments", "webhooks") for sentence in unmet(live, queue)]
    assert told.count("CASHBEAT_ENV has to be production, for all processes: not each of them sees the live key") == 2
    assert unmet(live, UP) == [], "it tells its processes"


def test_who_talks_to_no_gateway_opens_none() -> None:
    """Neither key nor package: the process that draws what customers have written has nothing to lose."""
    program = (
        "import sys; from settings import Settings; from workers.celery_app import make_app; "
        "from workers.wiring import wire; "
        "work = wire(Settings(worker_database_url='postgresql://me@db/books'), make_app('memory://')); "
        "print(work.method_names, 'stripe' in sys.modules, 'resend' in sys.modules)"
    )
    wired = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert wired.stdout == "{'stripe': 'Card (Stripe)', 'paypal': 'PayPal'} False False\n"


def test_what_a_process_reads_are_settings() -> None:
    assert {name for names in READ_BY.values() for name in names} <= set(Settings.model_fields)
