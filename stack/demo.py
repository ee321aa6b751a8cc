"""The demo: purchases at two gateways, a refund and a transfer, hostile webhooks, a killed worker, a wiped broker."""

import json as json_format
import time
from typing import Any
from uuid import uuid4

import typer
from rich.console import Console
from sqlalchemy import func, select

from billing.invariants import ledger_sums_to_zero, violations
from database.engine import Database, make_engine
from database.inbox import InboxEvent
from gateways.stripe.signatures import sign
from settings import Settings
from stack import development_key
from stack.demo_links import WHAT_LINKS_ARE, console_link, portal_link
from stack.demo_months import live_six_months
from stack.demo_refund import describe_notes, give_back
from stack.demo_second_person import ask_for_a_refund
from stack.demo_transfer import describe_transfers, pay_by_transfer
from stack.demo_wallet import buy_elsewhere
from stack.errors import StackError
from stack.running import Stack
from stack.shopper import Shopper
from stack.story import Story
from stack.vendors import keys_of_payments

COPIES = 3
REORDER_SECONDS = 2.0
PACKAGE = "value"
ACCOUNT = {
    "name": "Ada's Analytics",
    "owner": "user-1",
    "billing_email": "billing@ada.example",
    "billing_address": {"line1": "12 Engine Row", "city": "London", "postal_code": "N1 9GU", "country": "GB"},
    "tax_id": "GB980780684",
}


def refuse_real_gateways(settings: Settings) -> None:
    """Raises StackError where the sandbox would not stand in: before anything is started, or any money moves."""
    keyed = keys_of_payments(settings)
    if settings.is_production or keyed:
        raise StackError(f"this plays with the sandbox only; unset {' and '.join([*keyed, 'CASHBEAT_ENV'])}")


def play(stack: Stack, *, once: bool, json: bool) -> None:
    """Play the story against a started stack with its sandbox.

    Says on standard error what happens; the summary goes to standard output, as one line of JSON with `json`. Raises
    StackError when something does not come out as told.
    """
    story = begin(stack)
    try:
        tell(story)
        summary = _summarize(story)
        if not once:
            summary["urls"] |= {"portal": portal_link(story), "console": console_link(story)}
    finally:
        story.database.engine.dispose()
    if json:
        typer.echo(json_format.dumps(summary))
    else:
        _print_summary(summary)
    _check(summary)


def require_sandbox(stack: Stack) -> None:
    """Raises StackError where the database knows of a real gateway, which the environment did not tell."""
    if not stack.addresses.sandbox_port:
        raise StackError("this plays with the sandbox only, and the database here has a provider that takes payments")


def begin(stack: Stack) -> Story:
    """What the story is told with. Raises StackError as `require_sandbox` does."""
    require_sandbox(stack)
    key = development_key.ensure(stack.addresses.database_url, stack.home)
    shopper = Shopper(stack.addresses.ingress_url, stack.addresses.sandbox_url, key)
    return Story(stack, shopper, Database(make_engine(stack.addresses.database_url)), Console(stderr=True))


def tell(story: Story) -> None:
    """All of it. Raises StackError when something does not come out as told."""
    _open_account(story)
    _make_weather(story)
    first = _start_purchase(story, "first")
    _pay(story, first)
    _send_forgery(story)
    _await_purchase(story, first, "first")
    second = _start_purchase(story, "second")
    _pay(story, second)
    _strike(story)
    _await_purchase(story, second, "second")
    give_back(story)
    pay_by_transfer(story)
    _await_purchase(story, buy_elsewhere(story), "third")
    story.company_id = live_six_months(story)
    ask_for_a_refund(story)
    story.wait_for(
        lambda: story.shopper.sandbox("GET", "/sandbox/webhooks")["pending"] == 0, "the last webhook to be delivered"
    )
    story.wait_for(lambda: _inbox_states(story).get("ready", 0) == 0, "the last event to be handled")


def _open_account(story: Story) -> None:
    operation = story.shopper.command("/v1/accounts/", ACCOUNT, f"demo-account-{uuid4()}")
    story.account_id = operation["result"]["id"]
    story.tell(f"account {operation['result']['name']} opened (operation {operation['id']})")


def _make_weather(story: Story) -> None:
    for fault in ({"kind": "duplicate", "copies": COPIES}, {"kind": "reorder", "window_seconds": REORDER_SECONDS}):
        story.shopper.sandbox("POST", "/sandbox/faults", fault)
    story.tell(f"from now on every webhook arrives {COPIES} times and in the wrong order")


def _start_purchase(story: Story, name: str) -> dict[str, Any]:
    body = {
        "account_id": story.account_id,
        "package": PACKAGE,
        "success_url": f"{story.shopper.sandbox_url}/?paid={{CHECKOUT_SESSION_ID}}",
        "cancel_url": f"{story.shopper.sandbox_url}/",
    }
    operation = story.shopper.command("/v1/billing/stripe/credit-checkout/", body, f"demo-{name}-{uuid4()}")
    story.tell(f"{name} checkout opened: {operation['result']['checkout_url']}")
    checkout: dict[str, Any] = operation["result"]
    return checkout


def _pay(story: Story, checkout: dict[str, Any]) -> None:
    story.shopper.pay(checkout["checkout_url"])
    story.tell("the customer paid on the hosted page")


def _send_forgery(story: Story) -> None:
    """A webhook that claims a payment, signed with a secret that is not ours."""
    body = json_format.dumps({"id": "evt_forged", "object": "event", "type": "checkout.session.completed"}).encode()
    header = sign(body, "whsec_somebody_elses", int(time.time()))
    status = story.shopper.post_raw(story.stack.addresses.webhook_url("stripe"), body, {"Stripe-Signature": header})
    if status != 400:
        raise StackError(f"a forged webhook was answered with {status}")
    story.refused += 1
    story.tell("a forged webhook was refused")


def _strike(story: Story) -> None:
    process_id = story.stack.kill("webhooks")
    story.stack.wipe_broker()
    story.tell(f"worker group webhooks (process {process_id}) killed in the middle of it, broker wiped")


def _await_purchase(story: Story, checkout: dict[str, Any], name: str) -> None:
    path = f"/v1/billing/invoices/{checkout['invoice_id']}/"
    story.wait_for(lambda: story.shopper.get(path)["pdf"], f"the PDF of the {name} invoice")
    invoice = story.shopper.get(path)
    story.wait_for(lambda: story.has_mail_with(invoice["number"]), f"the e-mail with {invoice['number']}")
    story.tell(f"{invoice['number']} paid, credits granted, PDF rendered, e-mail delivered")


def _inbox_states(story: Story) -> dict[str, int]:
    with story.database.transaction() as session:
        counted = select(InboxEvent.state, func.count()).group_by(InboxEvent.state)
        return {state.value: count for state, count in session.execute(counted)}


def _summarize(story: Story) -> dict[str, Any]:
    accounts = (story.account_id, story.other_account_id)
    invoices = [invoice for account_id in accounts for invoice in _invoices(story, account_id)]
    states = _inbox_states(story)
    deliveries = story.shopper.sandbox("GET", "/sandbox/webhooks")
    with story.database.transaction() as session:
        balanced, broken = not ledger_sums_to_zero.ask(session), violations(session)
    return {
        "invoices": [_describe(story, invoice) for invoice in invoices],
        "credit_notes": describe_notes(story),
        "transfers": describe_transfers(story),
        "credits_balance": story.shopper.get("/v1/billing/credits/balance/", account_id=story.account_id)["balance"],
        "ledger_balanced": balanced,
        "invariants_violated": broken,
        "emails": [{"to": email["to"], "subject": email["subject"]} for email in reversed(story.emails())],
        "webhooks_delivered": deliveries["delivered"],
        "webhooks_refused": story.refused,
        "events_handled_once": states.get("done", 0),
        "urls": _urls(story.stack),
    }


def _invoices(story: Story, account_id: str) -> list[dict[str, Any]]:
    """The oldest first."""
    newest_first: list[dict[str, Any]] = story.shopper.get("/v1/billing/invoices/", account_id=account_id)["data"]
    return newest_first[::-1]


def _describe(story: Story, invoice: dict[str, Any]) -> dict[str, Any]:
    fields = ("number", "status", "total_minor", "currency")
    path = story.keep(invoice["number"], story.shopper.get_pdf(f"/v1/billing/invoices/{invoice['id']}/pdf/"))
    return {field: invoice[field] for field in fields} | {"pdf_path": path}


def _urls(stack: Stack) -> dict[str, str]:
    return {
        "api": stack.addresses.ingress_url,
        "flower": stack.addresses.flower_url,
        "sandbox": stack.addresses.sandbox_url,
        "inbox": f"{stack.addresses.sandbox_url}/sandbox/inbox",
    }


def _print_summary(summary: dict[str, Any]) -> None:
    for invoice in summary["invoices"]:
        typer.echo(f"{invoice['number']}  {invoice['status']}  {invoice['total_minor']} {invoice['currency']} (minor)")
        typer.echo(f"    {invoice['pdf_path']}")
    for note in summary["credit_notes"]:
        refunded = f"{note['refunded_minor']} {note['currency']} (minor) refunded"
        typer.echo(f"{note['number']}  corrects {note['corrects']}  {refunded}")
        typer.echo(f"    {note['pdf_path']}")
    for claim in summary["transfers"]:
        amount = f"{claim['amount_minor']} {claim['currency']} (minor)"
        typer.echo(f"{claim['reference']}  pays {claim['invoice_number']}  {amount} {claim['status']}")
        typer.echo(f"    {claim['instructions_path']}")
    typer.echo(f"credits {summary['credits_balance']:,}, ledger balanced: {summary['ledger_balanced']}")
    typer.echo(
        f"webhooks delivered {summary['webhooks_delivered']}, refused {summary['webhooks_refused']}, "
        f"events handled once {summary['events_handled_once']}, e-mails {len(summary['emails'])}"
    )
    for name, url in summary["urls"].items():
        typer.echo(f"open {name:<8} {url}")
    if "portal" in summary["urls"]:
        typer.echo(WHAT_LINKS_ARE)


def _check(summary: dict[str, Any]) -> None:
    """The story must have come out as promised, on every machine it is told on."""
    if not summary["ledger_balanced"] or summary["invariants_violated"]:
        raise StackError(f"the books are wrong: {summary['invariants_violated']}")
