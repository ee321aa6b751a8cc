"""Send a command through the broker."""

import uuid
from typing import Any, Protocol

from cashbeat_client.command import Command

TASK = "commands.submit"
QUEUE = "commands"


class CeleryApp(Protocol):
    """What is needed of the product's Celery app, which publishes to Cashbeat's broker."""

    def send_task(self, name: str, **options: Any) -> Any:
        """Publish a message."""


def send(app: CeleryApp, command: Command) -> uuid.UUID:
    """Publish the command; a worker stores it, then runs it. Returns the operation's id, which is the task's id too.

    A broker may lose what it holds. Send again, under the same key, until `GET /v1/operations/{id}` knows it: a repeat
    is the same operation. Raises what the app's transport raises.
    """
    app.send_task(
        TASK,
        queue=QUEUE,
        task_id=str(command.id),
        serializer="json",
        ignore_result=True,
        kwargs={
            "kind": command.kind,
            "body": command.body,
            "caller": command.caller,
            "idempotency_key": command.idempotency_key,
        },
    )
    return command.id
