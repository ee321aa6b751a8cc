"""The whole sandbox as one application; all of its routes on one screen."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import islice

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox import card_control, control, due, ledger, reversal_control
from sandbox.paypal import ledger as paypal_ledger
from sandbox.paypal import pages as paypal_pages
from sandbox.paypal import routes as paypal
from sandbox.resend import gate as resend_gate
from sandbox.resend import inbox
from sandbox.stripe.api import gate as stripe_gate
from sandbox.stripe.checkout import pages, pay_by_api
from sandbox.stripe.invoices import page as invoice_page
from sandbox.stripe.payments import challenge_page
from sandbox.stripe.portal import by_api as portal_by_api
from sandbox.stripe.portal import pages as portal_pages
from sandbox.templating import page
from sandbox.world import World
from settings import SANDBOX_PAYPAL_CLIENT_ID, SANDBOX_RESEND_KEY, SANDBOX_STRIPE_KEY

DUE_EVERY_SECONDS = 1.0
OPEN_CHECKOUTS_SHOWN_MAX = 5


def create_app(world: World) -> Starlette:
    """The application on this world; its life starts and ends the courier and what is due by time."""
    app = Starlette(
        routes=[
            *stripe_gate.routes(),
            *paypal.routes(),
            *resend_gate.routes(),
            Route("/pay/{session}", pages.show, methods=["GET"]),
            Route("/pay/{session}", pages.pay, methods=["POST"]),
            Route("/", front, methods=["GET"]),
            *pay_by_api.routes(),
            *challenge_page.routes(),
            *portal_pages.routes(),
            *invoice_page.routes(),
            *portal_by_api.routes(),
            *inbox.routes(),
            *control.routes(),
            *card_control.routes(),
            *reversal_control.routes(),
        ],
        lifespan=_life,
    )
    app.state.world = world
    return app


async def front(request: Request) -> Response:
    """What can be opened."""
    world: World = request.app.state.world
    figures = world.courier.figures()
    counts = (
        ("charges by Stripe", len(ledger.shown(world.store)["charges"])),
        ("captures by PayPal", len(paypal_ledger.shown(world)["captures"])),
        ("e-mails", world.store.count("email")),
        ("events", figures["events"]),
        ("webhooks pending", figures["pending"]),
    )
    return page(
        "front.html",
        figures=counts,
        open_checkouts=list(
            islice(reversed(world.store.find("checkout.session", "status", "open")), OPEN_CHECKOUTS_SHOWN_MAX)
        ),
        open_orders=list(islice(paypal_pages.open_orders(world), OPEN_CHECKOUTS_SHOWN_MAX)),
        base_url=world.options.base_url,
        stripe_key=SANDBOX_STRIPE_KEY,
        paypal_client=SANDBOX_PAYPAL_CLIENT_ID,
        resend_key=SANDBOX_RESEND_KEY,
    )


@asynccontextmanager
async def _life(app: Starlette) -> AsyncIterator[None]:
    world: World = app.state.world
    world.courier.start()
    due_work = asyncio.create_task(_catch_up_forever(world))
    yield
    due_work.cancel()
    with suppress(asyncio.CancelledError):
        await due_work
    await world.courier.stop()
    world.journal.close()


async def _catch_up_forever(world: World) -> None:
    while True:
        due.catch_up(world)
        await asyncio.sleep(DUE_EVERY_SECONDS)
