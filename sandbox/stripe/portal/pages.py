"""The portal for people: GET shows what one subscribed to, POST does what a button says."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox import forms
from sandbox.faults import ApiFault
from sandbox.interference import InjectedFailure, around_operation, around_request
from sandbox.json_types import JsonObject
from sandbox.stripe.api.errors import StripeError
from sandbox.stripe.catalog import price_shape, products
from sandbox.stripe.checkout.pages import FORM_BYTES_MAX, Refusals
from sandbox.stripe.invoices.shape import KIND as INVOICE
from sandbox.stripe.portal import actions as portal_actions
from sandbox.stripe.portal.sessions import KIND
from sandbox.stripe.subscriptions.shape import ENDED, items_of, period_of
from sandbox.stripe.subscriptions.shape import KIND as SUBSCRIPTION
from sandbox.templating import money, page
from sandbox.world import World

CARD_SUGGESTED = "5555 5555 5555 4444"


def routes() -> list[Route]:
    """One page."""
    return [
        Route("/portal/{session}", show, methods=["GET"]),
        Route("/portal/{session}", act, methods=["POST"]),
    ]


async def show(request: Request) -> Response:
    """GET /portal/{session}"""
    world: World = request.app.state.world
    session = _session(request)
    return _page(world, session) if session else _unknown()


async def act(request: Request) -> Response:
    """POST /portal/{session}, form fields `action` (change_plan, cancel, resume, card, pay), `subscription` or
    `invoice`, and `price` or `card_number`. Leads back to the page; what cannot be done is told there, with its status.
    """
    world: World = request.app.state.world
    fault = world.faults.strike_request(request.method, request.url.path)
    return await around_request(fault, Refusals(), lambda: _act(world, request, fault))


async def _act(world: World, request: Request, fault: ApiFault | None) -> Response:
    session = _session(request)
    if session is None:
        return _unknown()
    body = await request.body()
    if len(body) > FORM_BYTES_MAX:
        return page("notice.html", 413, title="Too much", text="That was no form of this page.")
    try:
        fields = forms.parse_form(body.decode("utf-8", errors="replace"))
        await around_operation(fault, lambda: _do(world, session, fields))
    except forms.MalformedForm:
        return page("notice.html", 400, title="Not understood", text="That was no form of this page.")
    except InjectedFailure:
        return Refusals().server_error()
    except StripeError as problem:
        return _page(world, session, str(problem), problem.status)
    return RedirectResponse(request.url.path, 303)


def _do(world: World, session: JsonObject, fields: JsonObject) -> None:
    action, price, number = (str(fields.get(name) or "") for name in ("action", "price", "card_number"))
    if action == "pay":
        portal_actions.pay_invoice(world, _owned(world, session, INVOICE, fields.get("invoice")))
        return
    subscription = _owned(world, session, SUBSCRIPTION, fields.get("subscription"))
    match action:
        case "change_plan":
            portal_actions.change_plan(world, subscription, price, "create_prorations")
        case "cancel":
            portal_actions.cancel(world, subscription)
        case "resume":
            portal_actions.resume(world, subscription)
        case "card":
            portal_actions.replace_card(world, subscription, number)
        case _:
            raise StripeError(400, "invalid_request_error", "There is no such button.")


def _owned(world: World, session: JsonObject, kind: str, record_id: object) -> JsonObject:
    """A customer sees and touches nothing of anybody else's."""
    record = world.store.get(kind, str(record_id))
    if record is None or record["customer"] != session["customer"]:
        raise StripeError(404, "invalid_request_error", "There is nothing of that kind here.")
    return record


def _page(world: World, session: JsonObject, message: str = "", status: int = 200) -> Response:
    subscriptions = portal_actions.subscriptions_of(world, session["customer"])
    return page(
        "portal.html",
        status,
        session=session,
        message=message,
        subscriptions=[_shown(world, subscription) for subscription in subscriptions],
        invoices=portal_actions.open_invoices_of(world, session["customer"]),
        card_number=CARD_SUGGESTED,
        now=world.time_of(session["customer"]),
    )


def _shown(world: World, subscription: JsonObject) -> JsonObject:
    customer = world.store.get("customer", subscription["customer"]) or {"invoice_settings": {}}
    default = customer["invoice_settings"].get("default_payment_method")
    method = world.store.get("payment_method", subscription["default_payment_method"] or default or "")
    current = items_of(subscription)[0]["price"]
    return {
        "id": subscription["id"],
        "status": subscription["status"],
        "ended": subscription["status"] in ENDED,
        "ends": subscription["cancel_at_period_end"],
        "period_end": period_of(subscription).end,
        "items": [(_named(world, item["price"]), item["quantity"]) for item in items_of(subscription)],
        "card": method and f"{method['card']['brand']} ···· {method['card']['last4']}",
        "prices": [
            (price["id"], _named(world, price))
            for price in world.store.oldest_first(price_shape.KIND)
            if _offered(price, current)
        ],
    }


def _offered(price: JsonObject, current: JsonObject) -> bool:
    """Another active price that one could change to."""
    fits = price["type"] == "recurring" and price["currency"] == current["currency"]
    return bool(fits and price["active"] and price["id"] != current["id"])


def _named(world: World, price: JsonObject) -> str:
    product = world.store.get(products.KIND, price["product"]) or {"name": "Subscription"}
    count, interval = price["recurring"]["interval_count"], price["recurring"]["interval"]
    every = interval if count == 1 else f"{count} {interval}s"
    return f"{product['name']} · {money(price['unit_amount'], price['currency'])} / {every}"


def _session(request: Request) -> JsonObject | None:
    world: World = request.app.state.world
    return world.store.get(KIND, request.path_params["session"])


def _unknown() -> Response:
    return page("notice.html", 404, title="No such page", text="There is no portal under this address.")
