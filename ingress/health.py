"""Is this process up, and can the whole line work?"""

import orjson
from starlette.requests import Request
from starlette.responses import Response

from billing.errors import BillingError
from database.sight import NOTHING
from database.upkeep import heartbeat_ages
from ingress.operations import JSON
from ingress.problems import RETRY_AFTER_SECONDS, is_weather
from ingress.queries.running import QUEUES, late_queues
from ingress.reads import Reads


class Health:
    """`GET /healthz` and `GET /readyz`."""

    def __init__(self, reads: Reads) -> None:
        self._reads = reads

    async def alive(self, request: Request) -> Response:
        """200 as long as this process answers at all."""
        return Response(b'{"status": "ok"}', media_type=JSON)

    async def ready(self, request: Request) -> Response:
        """200 when PostgreSQL answers and every queue's heart has beaten within two minutes, else 503 with details."""
        try:
            ages = await self._reads.run(heartbeat_ages, NOTHING)
        except Exception as error:
            if not (is_weather(error) or isinstance(error, BillingError)):
                raise
            return _report(False, {"database": "unreachable"})
        late = late_queues(ages)
        shown = {queue: round(ages[queue], 1) if queue in ages else None for queue in QUEUES}
        return _report(not late, {"database": "ok", "heartbeat_age_seconds": shown, "late_queues": late})


def _report(is_ready: bool, details: dict[str, object]) -> Response:
    body = orjson.dumps({"status": "ready" if is_ready else "not_ready", **details})
    headers = None if is_ready else {"Retry-After": str(RETRY_AFTER_SECONDS)}
    return Response(body, 200 if is_ready else 503, headers, JSON)
