"""The queues, and which worker group serves them.

One group of processes per class of work, so that a slow class (documents) can never hold up a fast one (webhooks).
Queue priorities are not used: on Redis they are an emulation with other semantics than on RabbitMQ.
"""

from dataclasses import dataclass

WEBHOOKS = "webhooks"
COMMANDS = "commands"
DOCUMENTS = "documents"
EMAILS = "emails"
PAYMENTS = "payments"
RENEWALS = "renewals"
EVENTS = "events"
UPKEEP = "upkeep"


@dataclass(frozen=True, slots=True)
class WorkerGroup:
    """One `celery worker` process tree: its name, what it consumes and how many prefork children it keeps."""

    name: str
    queues: tuple[str, ...]
    concurrency: int
    tasks_per_child_max: int = 500


GROUPS = (
    WorkerGroup("webhooks", (WEBHOOKS,), concurrency=2),
    WorkerGroup("commands", (COMMANDS,), concurrency=2),
    # a process makes its captures side by side, then records them; three of them leave no slot of the rate unused
    WorkerGroup("payments", (PAYMENTS,), concurrency=3),
    WorkerGroup("renewals", (RENEWALS,), concurrency=1),
    # WeasyPrint's memory grows with each document: children are replaced ten times as often
    WorkerGroup("documents", (DOCUMENTS,), concurrency=2, tasks_per_child_max=50),
    WorkerGroup("emails", (EMAILS,), concurrency=2),
    # a process sends to all endpoints side by side; another takes its place when its turn is over
    WorkerGroup("events", (EVENTS,), concurrency=2),
    WorkerGroup("upkeep", (UPKEEP,), concurrency=1),
)

QUEUE_NAMES = tuple(queue for group in GROUPS for queue in group.queues)
