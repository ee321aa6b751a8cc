"""A worker's children work with the code that it began with, whatever lies in its folder when they are forked."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# what Celery does before it forks
BEGIN = """
import sys
from celery.signals import worker_init
import workers.life_cycle
worker_init.send(sender=None)
print(*(name for name in sys.modules if name.startswith("gateways.")))
"""


def test_a_worker_has_loaded_every_vendors_room_before_it_forks() -> None:
    nowhere = {
        "WORKER_DATABASE_URL": "postgresql://cashbeat_worker:x@127.0.0.1:1/x",
        "BROKER_URL": "redis://127.0.0.1:1/0",
    }
    told = {"PATH": os.environ["PATH"], **nowhere}
    began = subprocess.run(
        [sys.executable, "-c", BEGIN], cwd=ROOT, env=told, capture_output=True, text=True, timeout=60, check=True
    )
    loaded = set(began.stdout.split())
    assert {"gateways.stripe.client", "gateways.paypal.client", "gateways.resend.client"} <= loaded
    assert {"gateways.stripe.limits", "gateways.paypal.limits"} <= loaded
