"""The doctor asks each provider, and says what a person has yet to set up there."""

import re
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import delete, update

from credentials.keep import keep_key, keep_provider
from credentials.master_keys import make, parse
from credentials.tables import ProviderType, WebhookSecret
from database.engine import Database
from gateways.stripe.shapes import API_VERSION
from gateways.stripe.translate import HANDLED_TYPES
from sandbox.paypal.signing.authority import Authority
from settings import (
    SANDBOX_PAYPAL_CLIENT_ID,
    SANDBOX_PAYPAL_CLIENT_SECRET,
    SANDBOX_PAYPAL_WEBHOOK_ID,
    SANDBOX_STRIPE_KEY,
    Settings,
)
from stack.ask_provider import ask
from stack.doctor import Finding, examine
from stack.errors import StackError
from stack.providers import switch
from tests.billing.conftest import NOON
from tests.canaries import HOOK
from tests.credentials.kept import keyed, provider, signing
from tests.gateways.sandbox_process import Sandbox

MASTER = make("k1")
OURS = "http://127.0.0.1:1/v1/billing/webhooks/stripe/"


@pytest.fixture
def examined(database_url: str, tmp_path: Path) -> Settings:
    """An installation whose doctor is asked."""
    return Settings(database_url=database_url, cashbeat_home=tmp_path, cashbeat_master_keys=SecretStr(MASTER))


@pytest.fixture
def connected(books_of_owner: Database, own_sandbox: Sandbox) -> Sandbox:
    """Its keys are in the database, and at Stripe everything is set up."""
    with books_of_owner.transaction() as session:
        keyed(session, parse(MASTER), SANDBOX_STRIPE_KEY, endpoint=own_sandbox.address)
        signing(session, parse(MASTER), HOOK, NOON)
    own_sandbox.set(webhook_url=OURS, enabled_events=sorted(HANDLED_TYPES), api_version=API_VERSION)
    return own_sandbox


def _findings(examined: Settings) -> dict[str, Finding]:
    return {finding.subject: finding for finding in examine(examined)}


def test_nothing_is_asked_of_a_trial(examined: Settings) -> None:
    assert {"stripe", "resend", "Providers"}.isdisjoint(_findings(examined))


def test_a_provider_that_is_set_up_is_well(examined: Settings, connected: Sandbox) -> None:
    assert _findings(examined)["stripe"] == Finding(
        "stripe", True, "answers, and lacks nothing that we know of", "see docs/operations.md, Connecting Stripe"
    )


def test_what_the_endpoint_lacks_is_told_and_the_version_and_the_portal(examined: Settings, connected: Sandbox) -> None:
    known = sorted(set(HANDLED_TYPES) - {"charge.refunded", "invoice.paid"})
    connected.set(enabled_events=known, api_version="2026-05-27.dahlia", portal_saved=False)
    finding = _findings(examined)["stripe"]
    assert not finding.is_well
    assert finding.detail.split("; ") == [
        "the endpoint we_sandbox lacks charge.refunded, invoice.paid",
        f"the endpoint we_sandbox has the API version 2026-05-27.dahlia, not {API_VERSION}",
        "the customer portal has no default configuration: save its settings in the dashboard",
    ]


def test_an_endpoint_of_somebody_elses_is_none_of_ours(examined: Settings, connected: Sandbox) -> None:
    connected.set(webhook_url="https://other.example/hooks/")
    assert _findings(examined)["stripe"].detail == "no webhook endpoint ends in /v1/billing/webhooks/stripe/"


def test_all_events_are_enough(examined: Settings, connected: Sandbox) -> None:
    connected.set(enabled_events=["*"])
    assert _findings(examined)["stripe"].is_well


def test_a_master_key_that_is_missing_is_told_and_no_secret_is(examined: Settings, connected: Sandbox) -> None:
    finding = _findings(examined.model_copy(update={"cashbeat_master_keys": SecretStr(make("k2"))}))["stripe"]
    assert "'k1' is not in CASHBEAT_MASTER_KEYS" in finding.detail
    assert SANDBOX_STRIPE_KEY not in repr(finding)


def test_what_shuts_the_door_is_told(examined: Settings, connected: Sandbox, books_of_owner: Database) -> None:
    with books_of_owner.transaction() as session:
        signing(session, parse(make("lost")), "whsec_canary_of_the_doctor", NOON)
    finding = _findings(examined)["stripe"]
    assert (
        finding.detail
        == "a webhook_secret of stripe stays sealed: the master key 'lost' is not in CASHBEAT_MASTER_KEYS"
    )
    with books_of_owner.transaction() as session:
        session.execute(update(WebhookSecret).values(active_until=NOON))
    finding = _findings(examined.model_copy(update={"stripe_webhook_secrets": (SecretStr("whsec_in_vain"),)}))["stripe"]
    assert finding.detail == "no webhook secret is active; run `cashbeat provider set stripe webhook_secret`"
    with books_of_owner.transaction() as session:
        session.execute(delete(WebhookSecret))
    assert not _findings(examined)["stripe"].is_well
    told = examined.model_copy(update={"stripe_webhook_secrets": (SecretStr("whsec_of_the_environment"),)})
    assert _findings(told)["stripe"].is_well, "as long as there is no row, the environment counts"


def test_one_that_is_disabled_is_named(examined: Settings, connected: Sandbox) -> None:
    switch(examined, "stripe", active=False)
    finding = _findings(examined)["stripe"]
    assert not finding.is_well
    assert finding.detail == "stripe is not called: it is disabled; `cashbeat provider enable stripe` lets it be"


def test_in_production_who_is_needed_is_looked_at_and_need_not_have_a_row(examined: Settings) -> None:
    findings = _findings(examined.model_copy(update={"cashbeat_env": "production"}))
    assert findings["stripe"].detail == (
        "stripe is not called: it has no key; `cashbeat provider set stripe api_key` asks for it; "
        "no webhook secret is active; run `cashbeat provider set stripe webhook_secret`"
    )
    assert "it has no key" in findings["resend"].detail
    assert "paypal" not in findings, "one vendor that takes payments is enough"


PAYPAL_OURS = "http://127.0.0.1:1/v1/billing/webhooks/paypal/"


@pytest.fixture
def paypal_account(examined: Settings, books_of_owner: Database, own_sandbox: Sandbox, tmp_path: Path) -> Settings:
    """Connected with nothing wrong, by somebody who trusts who vouches for it."""
    keys = parse(MASTER)
    with books_of_owner.transaction() as session:
        endpoint = f"{own_sandbox.address}/paypal"
        keyed(session, keys, SANDBOX_PAYPAL_CLIENT_ID, "paypal", endpoint=endpoint, config={"merchant_id": "A" * 13})
        keep_key(keys, provider(session, "paypal"), "api_secret", SANDBOX_PAYPAL_CLIENT_SECRET)
        signing(session, keys, SANDBOX_PAYPAL_WEBHOOK_ID, NOON, "paypal")
    own_sandbox.set(paypal_webhook_url=PAYPAL_OURS)
    return examined.model_copy(update={"paypal_trust_file": Authority(tmp_path / "authority").trust_file})


def test_one_that_signs_by_certificates_says_by_how_many_authorities(paypal_account: Settings) -> None:
    assert _findings(paypal_account)["paypal"] == Finding(
        "paypal",
        True,
        "answers, and lacks nothing that we know of; authorities trusted to vouch for its certificates: 1",
        "see docs/operations.md, Connecting PayPal",
    )


def test_a_webhook_that_was_made_anew_is_named(paypal_account: Settings, books_of_owner: Database) -> None:
    """The id that is kept here is the one before: each event of the new one is refused at the door."""
    with books_of_owner.transaction() as session:
        session.execute(delete(WebhookSecret))
        signing(session, parse(MASTER), "9QT597110X687430LKGECATA", NOON, "paypal")
    finding = _findings(paypal_account)["paypal"]
    assert not finding.is_well
    assert finding.detail == (
        f"the webhook {SANDBOX_PAYPAL_WEBHOOK_ID} is not what webhook_secret says (****CATA): "
        "each of its events is refused"
    )


def test_a_key_that_is_refused_is_told_with_where_that_was_and_what_to_look_at(
    paypal_account: Settings, books_of_owner: Database, own_sandbox: Sandbox
) -> None:
    with books_of_owner.transaction() as session:
        keep_key(parse(MASTER), provider(session, "paypal"), "api_secret", "a_secret_of_another_app")
    with pytest.raises(StackError) as told:
        ask(paypal_account, "paypal")
    assert re.fullmatch(
        rf"paypal: no access token from {own_sandbox.address}/paypal: PayPal refuses our key \(invalid_client\): "
        r"check api_key, api_secret, and that both are of PAYPAL_ENVIRONMENT; HTTP 401, debug id \w+; "
        r"see docs/operations.md, Connecting PayPal",
        str(told.value),
    )


def test_a_sender_of_mails_that_does_not_answer_is_told(examined: Settings, books_of_owner: Database) -> None:
    with books_of_owner.transaction() as session:
        row = keep_provider(session, "resend", "Resend", ProviderType.EMAIL)
        row.endpoint = "http://127.0.0.1:1"
        keep_key(parse(MASTER), row, "api_key", "re_canary_of_the_doctor")
    finding = _findings(examined)["resend"]
    assert not finding.is_well
    assert "canary" not in repr(finding)
