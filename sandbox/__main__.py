"""`python -m sandbox`: start one, on loopback unless told otherwise."""

import argparse
import socket
import sys
from pathlib import Path

import uvicorn

from collector import collect_seldom
from sandbox.app import create_app
from sandbox.journal import JournalInUse
from sandbox.options import API_VERSION_CURRENT, Options
from sandbox.protocol import CuttableProtocol
from sandbox.world import World, open_world
from settings import (
    SANDBOX_PAYPAL_WEBHOOK_ID,
    SANDBOX_RESEND_KEY,
    SANDBOX_STRIPE_KEY,
    SANDBOX_WEBHOOK_SECRET,
    load,
    refuse_to_start,
)

HOST = "127.0.0.1"
BACKLOG = 1024
# longer than clients keep an idle connection, so that it is they who close it
KEEP_ALIVE_SECONDS = 120
SHUTDOWN_SECONDS = 3

EPILOGUE = f"""
Stripe's key is {SANDBOX_STRIPE_KEY}, Resend's is {SANDBOX_RESEND_KEY}. Open http://{HOST}:PORT/ in a browser.

examples:
  python -m sandbox --port 8400 --webhook-url http://127.0.0.1:8000/v1/billing/webhooks/stripe/
  curl -X POST http://{HOST}:8400/sandbox/faults -d '{{"kind": "duplicate", "copies": 3}}'
  curl -X POST http://{HOST}:8400/sandbox/faults -d '{{"kind": "answer_lost", "rate": 0.02, "method": "POST"}}'
  curl http://{HOST}:8400/sandbox/ledger
"""


def main() -> None:
    """Serve until interrupted. Prints one line with the address once the port is taken."""
    collect_seldom()
    if load().is_production:
        refuse_to_start("the sandbox never runs in production (CASHBEAT_ENV)")
    parser = _parser()
    arguments = parser.parse_args()
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((arguments.host, arguments.port))
            options = _options(arguments, arguments.base_url or f"http://{HOST}:{listener.getsockname()[1]}")
        except (OSError, OverflowError) as problem:
            parser.error(f"port {arguments.port}: {problem}")
        except ValueError as problem:
            parser.error(str(problem))
        listener.listen(BACKLOG)
        try:
            world = open_world(options)
        except (OSError, JournalInUse) as problem:
            parser.error(f"home {options.home}: {problem}")
        sys.stdout.write(
            f"sandbox: {options.base_url}/ (home {options.home}; trust {world.paypal_signer.trust_file})\n"
        )
        sys.stdout.flush()
        _serve(world, listener)


def _serve(world: World, listener: socket.socket) -> None:
    config = uvicorn.Config(
        create_app(world),
        http=CuttableProtocol,
        loop="uvloop",
        ws="none",
        lifespan="on",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )
    uvicorn.Server(config).run(sockets=[listener])


def _options(arguments: argparse.Namespace, base_url: str) -> Options:
    return Options(
        home=arguments.home,
        base_url=base_url,
        webhook_url=arguments.webhook_url,
        paypal_webhook_url=arguments.paypal_webhook_url,
        paypal_webhook_id=arguments.paypal_webhook_id,
        resend_webhook_url=arguments.resend_webhook_url,
        webhook_secrets=tuple(arguments.webhook_secret or [SANDBOX_WEBHOOK_SECRET]),
        enabled_events=tuple(arguments.enabled_event or ["*"]),
        api_version=arguments.api_version,
        retry_seconds=tuple(arguments.retry_seconds),
        attempts_max=arguments.attempts_max,
        rate_limit_per_second=arguments.rate_limit_per_second,
        answer_delay_seconds=arguments.answer_delay_seconds,
        seed=arguments.seed,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox",
        description="A stand-in Stripe and Resend on localhost, with a ledger of its own and faults on demand.",
        epilog=EPILOGUE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--host", default=HOST, help="address to listen on; in a container 0.0.0.0 (default: %(default)s)")
    add("--base-url", default="", help="where browsers find it, when that is not the port on 127.0.0.1")
    add("--port", type=int, default=8400, help="port to listen on; 0 takes a free one (default: %(default)s)")
    add("--home", type=Path, default=Path(".cashbeat/sandbox"), help="where the journal lies (default: %(default)s)")
    add("--webhook-url", default="", help="where signed events are posted; none are sent without it")
    add(
        "--webhook-secret",
        action="append",
        help=f"signs events; repeat for several (default: {SANDBOX_WEBHOOK_SECRET})",
    )
    add("--paypal-webhook-url", default="", help="where PayPal's signed events are posted; none without it")
    add(
        "--paypal-webhook-id",
        default=SANDBOX_PAYPAL_WEBHOOK_ID,
        help="the id of PayPal's webhook, which is signed (default: %(default)s)",
    )
    add("--resend-webhook-url", default="", help="where Resend's signed events are posted; none without it")
    add("--enabled-event", action="append", help="event type to send; repeat for several (default: all)")
    add("--api-version", default=API_VERSION_CURRENT, help="API version of events and answers (default: %(default)s)")
    add(
        "--retry-seconds",
        type=float,
        nargs="+",
        default=[1, 2, 4, 8, 15],
        help="waits before each further try of a webhook (default: 1 2 4 8 15, the last one repeats)",
    )
    add("--attempts-max", type=int, default=30, help="tries until a webhook is given up (default: %(default)s)")
    _add_gateway_options(parser)
    add("--seed", type=int, default=0, help="repeats the same random faults (default: %(default)s)")
    return parser


def _add_gateway_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--rate-limit-per-second",
        type=int,
        default=0,
        help="calls of Stripe's API beyond which it answers 429; 0 for no limit (default: %(default)s)",
    )
    parser.add_argument(
        "--answer-delay-seconds",
        type=float,
        default=0,
        help="how long every answer of Stripe's API takes at least (default: %(default)s)",
    )


if __name__ == "__main__":
    main()
