"""Runs schemathesis against an address, with all its checks."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import httpx

# What is right by its schema and refused all the same, for what no schema can say: a signature, a link in a mail, a
# picture of a payment, a time zone, two days in their order, a service named twice, a list of more names than there are
# letters, one of two filters that has to be given.
MORE_THAN_A_FORM = (
    "webhooks_stripe", "webhooks_paypal", "webhooks_resend", "get_pay_token", "pay_token", "get_confirm_email_token",
    "confirm_email_token", "attach_payment_proof", "get_account_usage_analytics", "create_subscription",
    "purchase_credits", "redeliver_events", "get_team_invitations_token", "create_invoice", "publish_plan",
    "issue_coupon", "offer_payment_method", "update_offered_method", "get_admin_dashboard_stats", "invite_member",
    "accounts_team_invite", "change_role", "get_payment_methods", "update_account",
    "change_account_settings",
)  # fmt: skip
# They say 503 by themselves: where nobody works behind this door, and where a gateway is not connected.
NOT_READY = ("get_readyz", "webhooks_stripe", "webhooks_paypal", "webhooks_resend")
MADE_SECONDS_MAX = 60
PROOF = "attach_payment_proof"
SETTINGS = "schemathesis.toml"


def config(key: str, ids: Sequence[str], account_id: str) -> str:
    """Its settings: of ids, most are of things that there are."""
    lines = [
        f"hooks = {json.dumps(str(Path(__file__).with_name('hooks.py')))}",
        "[dictionaries.ids]",
        f"values = {json.dumps(list(ids))}",
        "[dictionaries.accounts]",
        f"values = {json.dumps([account_id])}",
        "[parameters]",
        '"path.id" = { dictionary = "ids", probability = 0.8 }',
        '"query.account_id" = { dictionary = "accounts", probability = 0.8 }',
        '"body.account_id" = { dictionary = "accounts", probability = 0.8 }',
        '"body.invoice_id" = { dictionary = "ids", probability = 0.8 }',
        '"body.subscription_id" = { dictionary = "ids", probability = 0.8 }',
        "[generation]",
        'codec = "ascii"',
        "[auth.openapi.key]",
        f"bearer = {json.dumps(key)}",
        "[[operations]]",
        f"include-operation-id = {json.dumps(MORE_THAN_A_FORM)}",
        "checks.positive_data_acceptance.enabled = false",
        "[[operations]]",
        f"include-operation-id = {json.dumps(NOT_READY)}",
        'checks.not_a_server_error.expected-statuses = ["2xx", "3xx", "4xx", "503"]',
    ]
    return "\n".join(lines) + "\n"


def ask(address: str, settings: str, home: Path, seconds: int, *more: str) -> "subprocess.Popen[str]":
    """It runs for so long; exit code 0 when nothing was found, what it found on its output.

    `settings`, which have the key, lie in `home` for as long as somebody leaves them there.
    """
    # the first who asks waits until it is made
    httpx.get(f"{address}/openapi.json", timeout=MADE_SECONDS_MAX).raise_for_status()
    path = home / SETTINGS
    path.write_text(settings, encoding="utf-8")
    command = [
        str(Path(sys.executable).with_name("st")), "--config-file", str(path), "run", f"{address}/openapi.json",
        "--max-time", str(seconds), "--continue-on-failure", "--no-color", *more,
    ]  # fmt: skip
    return subprocess.Popen(command, cwd=home, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
