"""A customer for a walk: real books, the sandbox over HTTP, and every doorway called in this process.

Doorways are found by their tasks' names. What they ring for waits in a list instead of a broker.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
import requests
from sqlalchemy import text

from benchmarks.parts import running_bench
from billing.clocks.wall import Wall
from database.inbox import remember
from database.operations import stage_command
from schemas.commands import COMMANDS
from settings import SANDBOX_RESEND_KEY, SANDBOX_STRIPE_KEY, Settings
from workers import task as task_base
from workers.celery_app import app, load_tasks
from workers.wiring import Work, wire

PAGES = {"success_url": "https://app.example/ok", "cancel_url": "https://app.example/no"}
WAIT_SECONDS = 10
Json = dict[str, Any]


@dataclass
class Customer:
    """One account, whose subscription is run by us or by the gateway."""

    work: Work
    sandbox: str
    rung: list[tuple[str, Json]] = field(default_factory=list)
    told: set[str] = field(default_factory=set)
    account_id: str = ""

    def open(self) -> None:
        """The account."""
        ada = {
            "name": "Ada",
            "owner": "user-1",
            "billing_email": "ada@ada.example",
            "billing_address": {"country": "US"},
        }
        self.account_id = self.command("open_account", **ada)["id"]

    def command(self, kind: str, **fields: object) -> Json:
        """Run a command and all that follows; its result."""
        row_id = self.stage(kind, **fields)
        self.ring("commands.run", id=row_id)
        self.follow()
        with self.work.database.transaction() as session:
            found = text("SELECT state, result, problem, error FROM operations WHERE id = :id")
            row = session.execute(found, {"id": row_id}).one()
        if row.state != "done":
            raise RuntimeError(f"{kind}: {row.problem or row.error}")
        return dict(row.result or {})

    def stage(self, kind: str, **fields: object) -> UUID:
        """A command as the door stores it."""
        body = COMMANDS[kind].model_validate(fields).model_dump(mode="json")
        with self.work.database.transaction() as session:
            return stage_command(session, kind, body, "house", str(uuid4()))

    def ring(self, task: str, **fields: object) -> None:
        """A message for a doorway."""
        self.rung.append((task, fields))

    def next(self) -> str:
        """Let the oldest message through its doorway; the task's name."""
        task, fields = self.rung.pop(0)
        app.tasks[task](**fields)
        return task

    def follow(self) -> None:
        """All that is rung for, and what they ring for."""
        while self.rung:
            self.next()

    def pay(self, url: str) -> None:
        """On the gateway's page."""
        card = {"card_number": "4242424242424242"}
        answer = requests.post(url, data=card, allow_redirects=False, timeout=WAIT_SECONDS)
        answer.raise_for_status()

    def pass_at_gateway(self, seconds: int) -> None:
        """Time goes on at the gateway, and with it what it runs by itself."""
        url = f"{self.sandbox}/sandbox/clock/advance"
        requests.post(url, json={"seconds": seconds}, timeout=WAIT_SECONDS).raise_for_status()

    def pass_here(self, time: timedelta) -> None:
        """Time goes on here."""
        wall = self.work.wall
        self.work = replace(self.work, wall=lambda: Wall(wall().at + time))
        task_base.start(self.work)

    def news(self) -> list[tuple[str, str, str]]:
        """(event id, type, body) of what the gateway told since the last call, oldest first."""
        url = f"{self.sandbox}/v1/events?limit=100"
        answer = requests.get(url, auth=(SANDBOX_STRIPE_KEY, ""), timeout=WAIT_SECONDS)
        answer.raise_for_status()
        events = [event for event in reversed(answer.json()["data"]) if event["id"] not in self.told]
        self.told |= {event["id"] for event in events}
        return [(event["id"], event["type"], orjson.dumps(event).decode()) for event in events]

    def hear(self, events: list[tuple[str, str, str]]) -> None:
        """Write events into the inbox as the door does, and ring for them."""
        with self.work.database.transaction() as session:
            ids = remember(session, "stripe", events)
        self.ring("webhooks.handle", ids=ids)


@contextmanager
def running_customer() -> Iterator[Customer]:
    """Servers of their own, and this process as their worker."""
    with running_bench() as bench:
        settings = Settings.model_validate(
            {"database_url": bench.environment["DATABASE_URL"], "broker_url": bench.environment["BROKER_URL"],
             "stripe_secret_key": SANDBOX_STRIPE_KEY, "stripe_api_base": bench.sandbox_url,
             "resend_api_key": SANDBOX_RESEND_KEY, "resend_api_base": bench.sandbox_url}
        )  # fmt: skip
        load_tasks()
        customer = Customer(wire(settings, app), bench.sandbox_url)
        app.send_task = lambda name, kwargs, **_: customer.ring(name, **kwargs)
        task_base.start(customer.work)
        try:
            yield customer
        finally:
            task_base.stop()
