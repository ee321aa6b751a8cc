"""A Celery app like ours with one task that does nothing: what the pool and the broker alone can do."""

from collections.abc import Sequence

import settings as configuration
from database.ids import uuid7
from schemas.messages.webhooks import HandleWebhooks
from workers.celery_app import make_app
from workers.queues import WEBHOOKS

app = make_app(configuration.load().broker_url)
app.conf.include = ()


# under a name of ours: what is none of our messages is refused and never reaches the pool
@app.task(name=HandleWebhooks.task)  # type: ignore[untyped-decorator]  # Celery ships no types
def nothing(ids: Sequence[str]) -> None:
    """Nothing."""


def fill(count: int) -> None:
    """Publish so many messages."""
    with app.producer_pool.acquire(block=True) as producer:
        for _ in range(count):
            body = HandleWebhooks(ids=(uuid7(),)).model_dump(mode="json")
            app.send_task(HandleWebhooks.task, kwargs=body, queue=WEBHOOKS, producer=producer)
