"""How far a fact walks: each doorway is called for real, and what it enters of ours is counted.

A hop is a call from one file of ours into another. A walk turns back when it opens a transaction between two calls to
the gateway. The door itself is not walked: it ends at the inbox, where these begin. A queue's pulse, felt once
in ten seconds, adds a transaction to whichever step it falls into.
"""

import textwrap
from collections.abc import Callable
from datetime import timedelta

from beat_schedule import SCHEDULE
from tools.house.customer import PAGES, Customer, running_customer
from tools.house.tracing import BEGIN, CALL, STATEMENT, Trace, traced, watch_threads

WIDTH = 120
A_MONTH = timedelta(days=32)


def print_walks() -> None:
    """All three walks, and change-plan once more where the gateway runs the subscription."""
    watch_threads()
    for title, walk in WALKS.items():
        with running_customer() as customer:
            customer.open()
            print(f"\n{title}")
            walk(customer)


def _invoice_paid(customer: Customer) -> None:
    """The gateway has renewed a subscription that we know."""
    _subscribe_at_gateway(customer)
    customer.pass_at_gateway(int(A_MONTH.total_seconds()))
    customer.hear([event for event in customer.news() if event[1] == "invoice.paid"])
    _walk(customer)


def _first_invoice_paid(customer: Customer) -> None:
    """The first we hear of a subscription is that its first invoice is paid."""
    _open_checkout(customer)
    customer.hear([event for event in customer.news() if event[1] == "invoice.paid"])
    _walk(customer)


def _renewal(customer: Customer) -> None:
    """From the beat that finds it due to the e-mail that says it is paid."""
    _subscribe_here(customer)
    customer.pass_here(A_MONTH)
    tick = SCHEDULE["renew-subscriptions"]
    customer.ring(tick["task"], **tick["kwargs"])
    _walk(customer)


def _change_plan(customer: Customer) -> None:
    """An upgrade now, charged to the saved card."""
    _upgrade(customer, _subscribe_here(customer))


def _change_plan_at_gateway(customer: Customer) -> None:
    """The same where the gateway runs the subscription."""
    _upgrade(customer, _subscribe_at_gateway(customer))


def _upgrade(customer: Customer, subscription_id: str) -> None:
    row_id = customer.stage("change_plan", subscription_id=subscription_id, plan={"plan": "growth"}, when="now")
    customer.ring("commands.run", id=row_id)
    _walk(customer)


def _subscribe_here(customer: Customer) -> str:
    page = customer.command("start_card_setup", account_id=customer.account_id, **PAGES)
    customer.pay(page["checkout_url"])
    customer.hear(customer.news())
    customer.follow()
    starter = {"account_id": customer.account_id, "plan": {"plan": "starter"}, "trial_days": 0}
    subscription_id: str = customer.command("create_subscription", **starter)["id"]
    return subscription_id


def _subscribe_at_gateway(customer: Customer) -> str:
    subscription_id = _open_checkout(customer)
    customer.hear(customer.news())
    customer.follow()
    return subscription_id


def _open_checkout(customer: Customer) -> str:
    starter = {"account_id": customer.account_id, "plan": {"plan": "starter"}}
    page = customer.command("start_subscription_checkout", **starter, **PAGES)
    customer.pay(page["checkout_url"])
    subscription_id: str = page["subscription_id"]
    return subscription_id


def _walk(customer: Customer) -> None:
    """Follow what is rung for, a doorway after the other, and print each and their sum."""
    walked: set[str] = set()
    hops = turns_back = 0
    while customer.rung:
        with traced(customer.work.database.engine) as trace:
            task = customer.next()
        _print_step(task, trace)
        walked |= set(trace.files)
        hops, turns_back = hops + trace.hops, turns_back + trace.turns_back
    print(f"  together: {len(walked)} files, {hops} hops between files, turns back {turns_back} times")


def _print_step(task: str, trace: Trace) -> None:
    print(
        f"  {task}: {len(trace.files)} files, {len(trace.functions)} functions, {trace.hops} hops; "
        f"{trace.count(BEGIN)} transactions, {trace.count(STATEMENT)} statements, {trace.count(CALL)} calls out, "
        f"turns back {trace.turns_back} times"
    )
    indent = " " * 6
    print(textwrap.fill(" ".join(trace.files), WIDTH, initial_indent=indent, subsequent_indent=indent))


WALKS: dict[str, Callable[[Customer], None]] = {
    "webhook invoice.paid, a renewal at the gateway": _invoice_paid,
    "webhook invoice.paid, the first that we hear of a subscription": _first_invoice_paid,
    "renewal, from beat to receipt": _renewal,
    "command change-plan": _change_plan,
    "command change-plan, where the gateway runs the subscription": _change_plan_at_gateway,
}
