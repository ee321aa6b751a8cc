"""The hosted checkout page: GET shows it, POST pays."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sandbox import forms
from sandbox.faults import ApiFault
from sandbox.interference import InjectedFailure, around_operation, around_request
from sandbox.json_types import JsonObject
from sandbox.stripe import checkout, checkout_pay
from sandbox.stripe.checkout_pay import Outcome
from sandbox.stripe.checkout_shape import KIND
from sandbox.templating import page
from sandbox.world import World

FORM_BYTES_MAX = 10_000
CARD_DEFAULT = "4242 4242 4242 4242"


class Refusals:
    """What a browser is shown when the page itself is struck."""

    def too_many_requests(self, retry_after_seconds: int) -> Response:
        """429"""
        answer = page("notice.html", 429, title="Too many requests", text="Please try again in a moment.")
        answer.headers["Retry-After"] = str(retry_after_seconds)
        return answer

    def server_error(self) -> Response:
        """500"""
        return page("notice.html", 500, title="Something went wrong", text="Please try again.")


async def show(request: Request) -> Response:
    """GET /pay/{session}"""
    session = _session(request)
    if session is None:
        return _unknown()
    return _page(request.app.state.world, Outcome(session), {})


async def pay(request: Request) -> Response:
    """POST /pay/{session}, form field `card_number` (and `email`, `name`): charges, then leads to the success URL.

    A decline shows its message with status 402, and another card may be tried. A paid session leads on without a
    second charge.
    """
    world: World = request.app.state.world
    fault = world.faults.strike_request(request.method, request.url.path)
    return await around_request(fault, Refusals(), lambda: _pay(world, request, fault))


async def _pay(world: World, request: Request, fault: ApiFault | None) -> Response:
    session = _session(request)
    if session is None:
        return _unknown()
    body = await request.body()
    if len(body) > FORM_BYTES_MAX:
        return page("notice.html", 413, title="Too much", text="That was no checkout form.")
    try:
        fields = forms.parse_form(body.decode("utf-8", errors="replace"))
    except forms.MalformedForm:
        return page("notice.html", 400, title="Not understood", text="That was no checkout form.")
    try:
        outcome = await around_operation(fault, lambda: _charge(world, session, fields))
    except InjectedFailure:
        return Refusals().server_error()
    if outcome.paid:
        return RedirectResponse(checkout_pay.landing_url(outcome.session), 303)
    return _page(world, outcome, fields)


def _charge(world: World, session: JsonObject, fields: JsonObject) -> Outcome:
    number, email, name = (str(fields.get(field) or "") for field in ("card_number", "email", "name"))
    current = world.store.get(KIND, session["id"]) or session
    return checkout_pay.pay(world, current, number, email, name)


def _page(world: World, outcome: Outcome, fields: JsonObject) -> Response:
    session = outcome.session
    if session["status"] == "expired":
        text = "This checkout has expired. Please go back to the shop and start again."
        return page("notice.html", 410, title="Checkout expired", text=text, link=session["cancel_url"])
    if outcome.paid:
        text = "This purchase has been paid. You will not be charged again."
        return page("notice.html", title="Already paid", text=text, link=checkout_pay.landing_url(session))
    return page(
        "checkout.html",
        402 if outcome.message else 200,
        session=session,
        lines=checkout.plan_of(world, session)["line_items"],
        message=outcome.message,
        card_number=fields.get("card_number") or CARD_DEFAULT,
        email=(session["customer_details"] or {}).get("email") or fields.get("email") or checkout_pay.EMAIL_DEFAULT,
        name=fields.get("name") or checkout_pay.NAME_DEFAULT,
    )


def _session(request: Request) -> JsonObject | None:
    world: World = request.app.state.world
    return world.store.get(KIND, request.path_params["session"])


def _unknown() -> Response:
    return page("notice.html", 404, title="No such checkout", text="There is no checkout under this address.")
