"""No secret and no customer's address leaves through a log."""

import logging
import time
from collections.abc import Iterator

import orjson
import pytest
import structlog

import logs
from settings import Settings
from tests.logging_back import logging_put_back

# made up, each of the shape that its issuer uses
CANARIES = {
    "stripe secret key": "sk_live_51CanaryCanaryCanary0123456789",
    "stripe restricted key": "rk_test_51CanaryCanaryCanary012345",
    "webhook secret": "whsec_CanaryCanary+/canary0123456789=",
    "resend key": "re_C4naryCa_CanaryCanaryCanary012345",
    "short resend key": "re_123456789",
    "key of ours": "cb_sk_Canary-Canary_Canary0123456789Canary",
    "bearer token": "Bearer eyJjYW5hcnkiOiJjYW5hcnkifQ.c2ln",
    "basic credentials": "Basic Y2FuYXJ5OmNhbmFyeQ==",
    "stripe signature": "t=1732233600,v1=" + "5257a869e7ecebeda32affa62cdca3fa51cad7e77a0e56ff536d0ce8e108d8bd",
    "password in an address": "postgresql://cashbeat:Canary-Pass/word@127.0.0.1:5432/cashbeat",
    "password without a user": "redis://:CanaryPassword@127.0.0.1:6379/0",
    "page that is agreed to": "https://pay.example/webapps/billing/subscriptions?ba_token=BA-5B912345LM678901C",
    "page of an order": "https://pay.example/checkoutnow?fundingSource=card&token=5O190127TN364715T",
    "card number": "4242424242424242",
    "card number in groups": "3782 822463 10005",
    "card number with dashes": "5555-5555-5555-4444",
    "e-mail address": "jordan.canary+tag@mail.example.co.uk",
}
VISIBLE = {
    "stripe signature": "t=1732233600,v1=***",
    "e-mail address": "j***@mail.example.co.uk",
    "password in an address": "postgresql://cashbeat:***@127.0.0.1:5432/cashbeat",
    "password without a user": "redis://:***@127.0.0.1:6379/0",
    "key of ours": "cb_sk_***",
    "page that is agreed to": "https://pay.example/webapps/billing/subscriptions?ba_token=***",
    "page of an order": "https://pay.example/checkoutnow?fundingSource=card&token=***",
}
HARMLESS = (
    "operation 019aa5f2-1234-7123-8123-123456789012 done",
    "12345678-9012-4345-8678-901234567890",
    "refund re_3NispeAbCdEfGhIjKlMnOpQr of pi_3NispeAbCdEfGhIjKlMnOpQr",
    "task_abcdefgh on disk_usage, INV-2026-11-00001, 2999 minor units at 1732233600123",
    "sha256 4f242424242424242424242424242424242424242424242424242424242424e2",
    "4242424242424243 fails the check digit",
    "Task emails.send[1] succeeded in 0.4242424242424242s: None",
    "Basic authentication is on; worker webhooks@vm is ready",
)


@pytest.fixture
def stderr(capsys: pytest.CaptureFixture[str]) -> Iterator[pytest.CaptureFixture[str]]:
    """Standard error to read from, with logging put back afterwards."""
    with logging_put_back():
        yield capsys


def json_lines(stderr: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [orjson.loads(line) for line in stderr.readouterr().err.splitlines()]


@pytest.mark.parametrize("name", CANARIES)
def test_a_secret_is_masked_wherever_it_stands_in_a_text(name: str) -> None:
    secret = CANARIES[name]
    for text in (secret, f"before {secret} after", f'{{"value": "{secret}"}}', f"({secret})", f"a={secret}\nb"):
        assert secret not in logs.redact_text(text)
        assert "***" in logs.redact_text(text)
    if name in VISIBLE:
        assert logs.redact_text(secret) == VISIBLE[name]


@pytest.mark.parametrize("text", HARMLESS)
def test_ids_and_figures_stay_readable(text: str) -> None:
    assert logs.redact_text(text) == text


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_no_canary_leaves_by_any_door(stderr: pytest.CaptureFixture[str], log_format: str) -> None:
    logs.configure(Settings(log_format=log_format), "worker")
    log = structlog.get_logger("ours")
    for secret in CANARIES.values():
        log.warning(
            "event", text=secret, nested={"a": [{"b": (secret,)}]}, deep=[[[[[[[[secret]]]]]]]], raw=secret.encode()
        )
        logging.getLogger("celery.worker").warning("received %s", secret)
        try:
            raise ValueError(f"refused: {secret}")
        except ValueError:
            log.exception("failed")
            logging.getLogger("uvicorn.error").exception("failed")
    written = stderr.readouterr().err
    assert "Traceback" in written
    assert [name for name, secret in CANARIES.items() if secret in written] == []


def test_sensitive_fields_are_masked_whatever_they_hold(stderr: pytest.CaptureFixture[str]) -> None:
    logs.configure(Settings(log_format="json"), "ingress")
    structlog.get_logger().info("headers", headers={"Stripe-Signature": "x", "Host": "example.com"}, password="hunter2")
    (line,) = json_lines(stderr)
    assert line["headers"] == {"Stripe-Signature": "***", "Host": "example.com"}
    assert line["password"] == "***"


def test_every_line_carries_the_bound_ids_also_those_of_libraries(stderr: pytest.CaptureFixture[str]) -> None:
    logs.configure(Settings(cashbeat_env="production"), "worker")
    logs.bind(operation_id="0199", task="webhooks.handle")
    structlog.get_logger("ours").info("settled", amount_minor=2999)
    logging.getLogger("celery.app.trace").info("Task %s succeeded", "webhooks.handle")
    logs.clear()
    logging.getLogger("celery").info("idle")

    ours, theirs, idle = json_lines(stderr)
    assert ours["event"] == "settled"
    assert ours["amount_minor"] == 2999
    assert (ours["process"], ours["level"], ours["logger"]) == ("worker", "info", "ours")
    assert theirs["event"] == "Task webhooks.handle succeeded"
    assert theirs["operation_id"] == ours["operation_id"] == "0199"
    assert str(ours["timestamp"]).endswith("Z")
    assert "operation_id" not in idle


def test_a_desk_gets_text_and_production_gets_json(stderr: pytest.CaptureFixture[str]) -> None:
    logs.configure(Settings(), "cli")
    structlog.get_logger().info("hello", event_id="evt_1")
    written = stderr.readouterr().err
    assert "hello" in written
    assert "event_id=evt_1" in written
    assert not written.startswith("{")


def test_hostile_text_does_not_slow_the_log_down() -> None:
    hostile = (
        "@" + "a" * 20_000,
        "4" * 20_000,
        "a." * 10_000 + "@",
        "://" + "x:" * 10_000,
        "sk_" * 7_000,
        "5 " * 10_000,
    )
    began = time.perf_counter()
    for text in hostile:
        logs.redact_text(text)
    assert time.perf_counter() - began < 1.0


def test_what_is_too_long_or_too_deep_is_cut() -> None:
    assert logs.redact_text("x" * 50_000).endswith("... (30000 characters more)")
    value: object = "sk_live_canarycanary"
    for _ in range(50):
        value = [value]
    assert "canary" not in str(logs.redact(value))
