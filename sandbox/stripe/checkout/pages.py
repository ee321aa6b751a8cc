"""The hosted checkout page: GET shows it, POST pays."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sandbox import forms
from sandbox.faults import ApiFault
from sandbox.interference import InjectedFailure, around_operation, around_request
from sandbox.json_types import JsonObject
from sandbox.stripe.checkout import pay as checkout_pay
from sandbox.stripe.checkout import sessions as checkout
from sandbox.stripe.checkout.pay import Outcome
from sandbox.stripe.checkout.shape import KIND
from sandbox.templating import money, page
from sandbox.world import World

FORM_BYTES_MAX = 10_000
CARD_DEFAULT = "4242 4242 4242 4242"
FIELDS = ("card_number", "expires", "email", "name")
VERBS = {"payment": "Pay", "setup": "Save card", "subscription": "Subscribe"}
DONE_TITLES = {"payment": "Already paid", "setup": "Card saved", "subscription": "Already subscribed"}


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
    """POST /pay/{session}, form field `card_number` (`expires`, `email`, `name`): charges, leads to the success URL.

    A decline shows its message with status 402, and another card may be tried. A paid session leads on without a
    second charge. When the bank asks for 3D Secure, a page with the question comes first: its form has the same fields
    and `authentication`, which is `complete` or `fail`.
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
    if outcome.done:
        return RedirectResponse(checkout_pay.landing_url(outcome.session), 303)
    if outcome.challenge:
        return page("challenge.html", title="Your bank asks", fields=_texts(fields), path=request.url.path)
    return _page(world, outcome, fields)


def _charge(world: World, session: JsonObject, fields: JsonObject) -> Outcome:
    texts, answered = _texts(fields), fields.get("authentication")
    authentication: checkout_pay.Authentication = (
        "complete" if answered == "complete" else "fail" if answered == "fail" else "ask"
    )
    current = world.store.get(KIND, session["id"]) or session
    buyer = checkout_pay.Buyer(authentication=authentication, clears_later=False, **texts)
    return checkout_pay.pay(world, current, buyer)


def _texts(fields: JsonObject) -> dict[str, str]:
    return {field: str(fields.get(field) or "") for field in FIELDS}


def _page(world: World, outcome: Outcome, fields: JsonObject) -> Response:
    session = outcome.session
    if session["status"] == "expired":
        text = "This checkout has expired. Please go back to the shop and start again."
        return page("notice.html", 410, title="Checkout expired", text=text, link=session["cancel_url"])
    if outcome.done:
        text = "This checkout is complete. You will not be charged again."
        title, link = DONE_TITLES[session["mode"]], checkout_pay.landing_url(session)
        return page("notice.html", title=title, text=text, link=link)
    return page(
        "checkout.html",
        402 if outcome.message else 200,
        session=session,
        price=_price(session),
        verb=VERBS[session["mode"]],
        lines=checkout.plan_of(world, session)["line_items"],
        message=outcome.message,
        card_number=fields.get("card_number") or CARD_DEFAULT,
        expires=fields.get("expires") or "",
        email=(session["customer_details"] or {}).get("email") or fields.get("email") or checkout_pay.EMAIL_DEFAULT,
        name=fields.get("name") or checkout_pay.NAME_DEFAULT,
    )


def _price(session: JsonObject) -> str:
    return "" if session["amount_total"] is None else money(session["amount_total"], session["currency"])


def _session(request: Request) -> JsonObject | None:
    world: World = request.app.state.world
    return world.store.get(KIND, request.path_params["session"])


def _unknown() -> Response:
    return page("notice.html", 404, title="No such checkout", text="There is no checkout under this address.")
