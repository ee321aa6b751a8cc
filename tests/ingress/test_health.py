"""What a load balancer and Prometheus see."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from ingress.queries.running import QUEUES
from settings import Settings
from tests.ingress.deliveries import deliver, event
from tests.ingress.running_door import as_process
from workers.queues import QUEUE_NAMES

Rows = Callable[..., list[tuple[Any, ...]]]


def test_a_process_that_answers_is_alive(door: httpx.Client) -> None:
    assert door.get("/healthz").json() == {"status": "ok"}


def test_ready_means_that_every_queue_has_a_pulse(door: httpx.Client, rows: Rows) -> None:
    assert tuple(QUEUES) == tuple(sorted(QUEUE_NAMES))
    silent = door.get("/readyz")
    assert (silent.status_code, silent.json()["late_queues"]) == (503, QUEUES)
    rows("INSERT INTO heartbeats SELECT unnest(%s), now(), 'a worker'", QUEUES)
    assert door.get("/readyz").status_code == 200
    rows("UPDATE heartbeats SET beat_at = now() - interval '3 minutes' WHERE queue = 'emails'")
    late = door.get("/readyz")
    assert (late.status_code, late.json()["late_queues"]) == (503, ["emails"])
    assert late.headers["retry-after"]


def test_the_figures_of_all_processes_are_added_up(settings: Settings, rows: Rows) -> None:
    with as_process(settings) as (door, _process):
        with ThreadPoolExecutor(10) as senders:
            list(senders.map(lambda number: deliver(door, event(f"evt_{number % 30}")), range(40)))
        assert deliver(door, event(), {}).status_code == 400
        rows("UPDATE inbox SET state = 'parked' WHERE event_id = 'evt_0'")
        rows("INSERT INTO webhook_findings (gateway, missing) VALUES ('paypal', 2)")
        figures = door.get("/metrics")
    assert figures.headers["content-type"].startswith("text/plain")
    for line in (
        'cashbeat_webhooks_total{gateway="stripe",outcome="stored"} 30.0',
        'cashbeat_webhooks_total{gateway="stripe",outcome="duplicate"} 10.0',
        'cashbeat_webhooks_total{gateway="stripe",outcome="refused"} 1.0',
        # another gateway's are told before the first one comes: a rise has to begin somewhere
        'cashbeat_webhooks_total{gateway="paypal",outcome="stored"} 0.0',
        'cashbeat_webhooks_missing{gateway="paypal"} 2.0',
        'cashbeat_webhooks_disproved{gateway="stripe"} 0.0',
        'cashbeat_due_rows{memory="inbox"} 29.0',
        'cashbeat_parked_rows{memory="inbox"} 1.0',
        "cashbeat_database_up 1.0",
    ):
        assert line in figures.text.splitlines()


def test_every_answer_has_a_name(door: httpx.Client) -> None:
    assert door.get("/healthz", headers={"X-Request-Id": "from-the-proxy"}).headers["x-request-id"] == "from-the-proxy"
    made = [door.get("/healthz", headers={"X-Request-Id": "not a name"}).headers["x-request-id"] for _ in range(2)]
    assert len(set(made)) == 2


def test_paths_and_methods_that_do_not_exist(door: httpx.Client) -> None:
    missing, wrong = door.get("/v1/nothing"), door.delete("/v1/accounts/")
    for answer, status, code in ((missing, 404, "not_found"), (wrong, 405, "method_not_allowed")):
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
        problem = answer.json()
        assert set(problem) == {"type", "title", "status", "detail", "instance", "request_id"}
        assert (problem["type"], problem["status"]) == (f"urn:cashbeat:problem:{code}", status)
    assert missing.json()["instance"] == "/v1/nothing"
    assert set(wrong.headers["allow"].split(", ")) == {"GET", "HEAD", "POST"}
