"""The page that `hosted_invoice_url` leads to: what is owed, and a form to pay it with any test card."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox import forms
from sandbox.faults import ApiFault
from sandbox.interference import InjectedFailure, around_operation, around_request
from sandbox.json_types import JsonObject
from sandbox.stripe.api.errors import StripeError
from sandbox.stripe.checkout.pages import CARD_DEFAULT, FORM_BYTES_MAX, Refusals
from sandbox.stripe.invoices.shape import KIND
from sandbox.stripe.portal import actions as portal_actions
from sandbox.templating import page
from sandbox.world import World


def routes() -> list[Route]:
    """One page."""
    return [
        Route("/invoice/{invoice}", show, methods=["GET"]),
        Route("/invoice/{invoice}", pay, methods=["POST"]),
    ]


async def show(request: Request) -> Response:
    """GET /invoice/{invoice}"""
    invoice = _invoice(request)
    return _page(invoice) if invoice else _unknown()


async def pay(request: Request) -> Response:
    """POST /invoice/{invoice}, form field `card_number`. Leads back to the page; a decline is told there, with 402."""
    world: World = request.app.state.world
    fault = world.faults.strike_request(request.method, request.url.path)
    return await around_request(fault, Refusals(), lambda: _pay(world, request, fault))


async def _pay(world: World, request: Request, fault: ApiFault | None) -> Response:
    invoice, body = _invoice(request), await request.body()
    if invoice is None:
        return _unknown()
    try:
        fields = forms.parse_form(body[:FORM_BYTES_MAX].decode("utf-8", errors="replace"))
        number = str(fields.get("card_number") or CARD_DEFAULT)
        await around_operation(fault, lambda: portal_actions.pay_invoice(world, invoice, number))
    except forms.MalformedForm:
        return page("notice.html", 400, title="Not understood", text="That was no form of this page.")
    except InjectedFailure:
        return Refusals().server_error()
    except StripeError as problem:
        return _page(_invoice(request) or invoice, str(problem), problem.status)
    return RedirectResponse(request.url.path, 303)


def _page(invoice: JsonObject, message: str = "", status: int = 200) -> Response:
    return page("invoice.html", status, invoice=invoice, message=message, card_number=CARD_DEFAULT)


def _invoice(request: Request) -> JsonObject | None:
    """One that is finalized; a draft has no page."""
    world: World = request.app.state.world
    invoice = world.store.get(KIND, request.path_params["invoice"])
    return invoice if invoice and invoice["number"] else None


def _unknown() -> Response:
    return page("notice.html", 404, title="No such invoice", text="There is no invoice under this address.")
