"""The floor of the ingress benchmark: the same server, reading and verifying the same webhooks, but storing nothing."""

import time

from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

import settings as configuration
from gateways.event_bodies import BODY_BYTES_MAX
from gateways.stripe.door import SIGNATURE_HEADER
from gateways.stripe.signatures import Verifier
from ingress.bodies import read_body
from ingress.connection_limit import ConnectionLimit
from ingress.door import Door
from ingress.origins import Origins
from ingress.server import Listening, prepare_interpreter, run
from ingress.webhooks import HEADERS, RECEIVED

PATH = "/v1/billing/webhooks/stripe/"


class VerifyOnly:
    """Answers as the real endpoint does, once the signature is verified."""

    def __init__(self, secrets: list[str]) -> None:
        self._verifier = Verifier(secrets)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await read_body(receive, BODY_BYTES_MAX)
        signature = next((value for name, value in scope["headers"] if name == SIGNATURE_HEADER), None)
        self._verifier.verify(body, signature, time.time())
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        await send({"type": "http.response.body", "body": RECEIVED})


def serve() -> Door:
    """The application of one process."""
    secrets = [secret.get_secret_value() for secret in configuration.load().stripe_webhook_secrets]
    prepare_interpreter()
    router = Router([Route(PATH, VerifyOnly(secrets), methods=["POST"])])
    return Door(router, release=lambda: None, connection_limit=ConnectionLimit(0), origins=Origins(()))


if __name__ == "__main__":
    told = configuration.load()
    at = Listening(told.ingress_host, told.ingress_port, told.ingress_processes)
    run("benchmarks.ingress_floor:serve", at, told.cashbeat_home.absolute() / "run" / "metrics")
