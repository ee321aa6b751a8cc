"""The page where a buyer approves an order: GET shows it, POST answers."""

from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox.interference import around_request
from sandbox.json_types import JsonObject
from sandbox.paypal import buyers
from sandbox.paypal.api.links import PREFIX
from sandbox.paypal.orders import approve, orders, outcomes, purchase_unit
from sandbox.paypal.reading import form_of, with_query
from sandbox.stripe.checkout.pages import Refusals
from sandbox.templating import money, page
from sandbox.world import World

# what the buyer may pay with, and how the capture ends then
FUNDINGS: dict[str, tuple[str, JsonObject]] = {
    "balance": ("PayPal balance", {"outcome": "complete"}),
    "bank": (
        "Bank account (the payment clears in an hour)",
        {"outcome": "pending", "then": "complete", "after_seconds": 3_600},
    ),
    "bank_fails": (
        "Bank account without money (refused in an hour)",
        {"outcome": "pending", "then": "deny", "after_seconds": 3_600},
    ),
    "review": ("Balance, but PayPal looks into it first", {"outcome": "pending", "reason": "PENDING_REVIEW"}),
    "declined_card": ("A card that is declined", {"outcome": "instrument_declined"}),
}
WAITING = (orders.CREATED, orders.PAYER_ACTION_REQUIRED)
VERBS = {"PAY_NOW": "Pay now", "CONTINUE": "Continue"}


def routes() -> list[Route]:
    """The page."""
    return [
        Route(f"{PREFIX}/checkoutnow", show, methods=["GET"]),
        Route(f"{PREFIX}/checkoutnow", answer, methods=["POST"]),
    ]


async def show(request: Request) -> Response:
    """GET /paypal/checkoutnow?token={order}"""
    order = _order(request)
    return _page(order) if order else _unknown()


async def answer(request: Request) -> Response:
    """POST with the form fields `funding` and `email`: approves, and leads back to the shop."""
    world: World = request.app.state.world
    fault = world.faults.strike_request(request.method, request.url.path)
    return await around_request(fault, Refusals(), lambda: _answer(world, request))


async def _answer(world: World, request: Request) -> Response:
    order, fields = _order(request), await form_of(request)
    if order is None:
        return _unknown()
    funding, email = str(fields.get("funding", "balance")), buyers.email(fields.get("email"))
    if funding not in FUNDINGS or email is None:
        return _page(order, "Please choose how to pay, and give your e-mail address.")
    try:
        approved = approve.approve(world, order, email, outcomes.read(FUNDINGS[funding][1]))
    except approve.NotOpen:
        return _page(order)
    back = landing_url(approved)
    return RedirectResponse(back, 303) if back else _thanks(approved)


def open_orders(world: World) -> Iterator[tuple[str, str, int]]:
    """What waits for a buyer, latest first: address of the page, price, and since when."""
    waiting = [world.store.find(orders.KIND, "status", status) for status in WAITING]
    for order in sorted((order for found in waiting for order in found), key=_created, reverse=True):
        if orders.found(world, order["id"]):
            yield orders.page_link(world, order, "approve")["href"], _price(order), order["created"]


def landing_url(order: JsonObject) -> str:
    """Where the buyer goes after approving; empty when the shop named no address."""
    return with_query(order["experience"]["return_url"], f"token={order['id']}&PayerID={order['buyer']['id']}")


def _page(order: JsonObject, message: str = "") -> Response:
    if order["status"] == orders.COMPLETED:
        return _thanks(order)
    unit, experience = order["unit"], order["experience"]
    return page(
        "paypal_approve.html",
        422 if message else 200,
        price=_price(order),
        shop=experience["brand_name"] or "the shop",
        items=unit.get("items", []),
        description=unit.get("description", ""),
        verb=VERBS[experience["user_action"]],
        fundings=[(name, label) for name, (label, _) in FUNDINGS.items()],
        email=order["buyer"]["email"] if order["buyer"] else buyers.EMAIL_DEFAULT,
        message=message,
        saves=bool(order["saving"]),
        cancel_url=with_query(experience["cancel_url"], f"token={order['id']}"),
    )


def _created(order: JsonObject) -> int:
    return int(order["created"])


def _price(order: JsonObject) -> str:
    amount = purchase_unit.amount(order["unit"])
    return money(amount.minor, amount.currency.lower())


def _thanks(order: JsonObject) -> Response:
    is_done = order["status"] == orders.COMPLETED
    title = "Already paid" if is_done else "Approved"
    text = "You will not be charged again." if is_done else "The shop can take the payment now."
    return page("notice.html", title=title, text=text, link=landing_url(order))


def _order(request: Request) -> JsonObject | None:
    return orders.found(request.app.state.world, request.query_params.get("token", ""))


def _unknown() -> Response:
    text = "There is nothing to pay under this address, or it has expired. Please go back to the shop."
    return page("notice.html", 404, title="Nothing to approve", text=text)
