"""A Celery app like ours with one task that does nothing: what the pool and the broker alone can do."""

import settings as configuration
from workers.celery_app import make_app
from workers.queues import WEBHOOKS

app = make_app(configuration.load().broker_url)
app.conf.include = ()


@app.task(name="webhooks.nothing")  # type: ignore[untyped-decorator]  # Celery ships no types
def nothing() -> None:
    """Nothing."""


def fill(count: int) -> None:
    """Publish so many messages."""
    with app.producer_pool.acquire(block=True) as producer:
        for _ in range(count):
            app.send_task(nothing.name, queue=WEBHOOKS, producer=producer)
