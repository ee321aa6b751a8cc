"""What is no message of ours is dropped with a line in the log, and the queue goes on."""

import json
from collections.abc import Iterator
from random import Random

import pytest
import redis
from celery import Celery
from pytest_celery import CeleryTestSetup

from database.upkeep import heartbeat_ages
from schemas.messages.upkeep import BeatHeart
from tests.delivery.desk import Desk
from tests.gauntlet.poison import genuine, poison
from workers.queues import QUEUE_NAMES, WorkerGroup

ALL = WorkerGroup("hands", QUEUE_NAMES, concurrency=2)
OF_EACH_QUEUE = 30


pytestmark = pytest.mark.parametrize("celery_worker", [ALL], indirect=True, ids=["all-queues"])


@pytest.fixture
def raw_broker(celery_setup_app: Celery) -> Iterator[redis.Redis]:
    """Whoever can write there."""
    with redis.Redis.from_url(celery_setup_app.conf.broker_url) as client:
        yield client


def _all_answer(desk: Desk, raw_broker: redis.Redis) -> None:
    """Every queue's heart beats behind what lies there, and nothing of that is left."""
    for queue in QUEUE_NAMES:
        assert desk.bell.ring(BeatHeart(of_queue=queue), queue=queue)
    desk.wait(lambda: not raw_broker.exists(*QUEUE_NAMES, "unacked"), "every queue to be empty")
    with desk.database.transaction() as session:
        assert heartbeat_ages(session).keys() == set(QUEUE_NAMES)


def test_a_body_of_percent_signs_costs_a_line_in_the_log(
    celery_setup: CeleryTestSetup, desk: Desk, raw_broker: redis.Redis
) -> None:
    dice = Random(1)  # noqa: S311 - repeatable, not secret
    raw_broker.lpush("emails", json.dumps(genuine(dice, "emails") | {"body": "%%%%"}))
    _all_answer(desk, raw_broker)
    assert '"event":"broker_message_refused"' in celery_setup.worker.logs()


def test_whatever_lies_in_the_broker_every_queue_goes_on(
    celery_setup: CeleryTestSetup, desk: Desk, raw_broker: redis.Redis
) -> None:
    dice = Random(1)  # noqa: S311 - repeatable, not secret
    for queue in QUEUE_NAMES:
        raw_broker.lpush(queue, *(poison(dice, queue) for _ in range(OF_EACH_QUEUE)))
    _all_answer(desk, raw_broker)
    worker = celery_setup.worker.container
    worker.reload()
    assert worker.status == "running"
