"""The page where a buyer agrees to a subscription, or to a change of it."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox.json_types import JsonObject
from sandbox.paypal import buyers
from sandbox.paypal.api.links import PREFIX
from sandbox.paypal.catalog import cycles, plans
from sandbox.paypal.reading import form_of, with_query
from sandbox.paypal.subscriptions import approve, revise, subscriptions
from sandbox.templating import money, page
from sandbox.world import World

PATH = PREFIX + subscriptions.PAGE


def routes() -> list[Route]:
    """The page, under its two addresses."""
    return [
        Route(path, answer, methods=[method])
        for path in (PATH, PATH + revise.UPDATE)
        for method, answer in (("GET", show), ("POST", agree))
    ]


async def show(request: Request) -> Response:
    """GET /paypal/webapps/billing/subscriptions?ba_token={token}"""
    subscription = _subscription(request)
    return _page(request.app.state.world, subscription) if subscription else _unknown()


async def agree(request: Request) -> Response:
    """POST with the form field `email`: agrees, and leads back to the shop."""
    world: World = request.app.state.world
    subscription, fields = _subscription(request), await form_of(request)
    if subscription is None:
        return _unknown()
    email = buyers.email(fields.get("email"))
    if email is None:
        return _page(world, subscription, "Please give your e-mail address.")
    try:
        after = approve.approve(world, subscription, email)
    except approve.NotOpen:
        return _thanks(subscription)
    back = _landing_url(after, "return_url")
    return RedirectResponse(back, 303) if back else _thanks(after)


def _page(world: World, subscription: JsonObject, message: str = "") -> Response:
    wanted = subscription["revision"]
    if subscription["status"] != subscriptions.APPROVAL_PENDING and not wanted:
        return _thanks(subscription)
    plan = world.store.get(plans.KIND, (wanted or subscription)["plan_id"]) or {}
    cycle, quantity = plan["cycles"][-1], (wanted or subscription)["quantity"]
    unit, count = cycle["interval_unit"].lower(), cycle["interval_count"]
    return page(
        "paypal_subscribe.html",
        422 if message else 200,
        shop=subscription["experience"]["brand_name"] or "the shop",
        name=plan["name"],
        price=money(cycles.price(cycle, quantity), cycle["currency"].lower()),
        every=f"every {unit}" if count == 1 else f"every {count} {unit}s",
        trials=[each for each in plan["cycles"] if each["tenure_type"] == cycles.TRIAL and not wanted],
        verb="Agree to the change" if wanted else "Subscribe",
        email=subscription["buyer"]["email"] if subscription["buyer"] else buyers.EMAIL_DEFAULT,
        message=message,
        cancel_url=_landing_url(subscription, "cancel_url"),
    )


def _thanks(subscription: JsonObject) -> Response:
    text = f"Your subscription is {subscription['status'].replace('_', ' ').lower()}."
    return page("notice.html", title="Thank you", text=text, link=_landing_url(subscription, "return_url"))


def _landing_url(subscription: JsonObject, name: str) -> str:
    told = f"subscription_id={subscription['id']}&ba_token={subscription['ba_token']}"
    return with_query(subscription["experience"][name], told)


def _subscription(request: Request) -> JsonObject | None:
    world: World = request.app.state.world
    found = world.store.find(subscriptions.KIND, "ba_token", request.query_params.get("ba_token", ""))
    return found[0] if found else None


def _unknown() -> Response:
    text = "There is nothing to agree to under this address. Please go back to the shop."
    return page("notice.html", 404, title="Nothing to approve", text=text)
