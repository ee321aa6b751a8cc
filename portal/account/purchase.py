"""Credits to buy: the packages, what one costs with tax before anybody agrees, and the ways in which it is paid."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from billing.accounts.queries import get_account
from billing.cards.queries import get_default_card
from billing.cards.views import show_cards
from billing.catalog.queries import get_package, list_packages, view_package
from billing.catalog.tables import CreditPackage
from billing.invoices.rules import Totals
from billing.payments.quote_package import quote_package
from portal.forms import read_form, whole
from portal.hands import Hands
from portal.once import read_once, with_key
from portal.shell import Shell
from portal.showing import Content
from portal.staging import FormErrors, command_of
from portal.visitors import Visitor
from portal.ways import Ways, names_of, ways_for
from schemas.commands.credits import SAVED, WITHOUT_A_PAGE, PurchaseCredits
from schemas.views.cards import CardView

PERMISSION = PurchaseCredits.permission
PATH = "/account/credits/purchase"
NO_ERRORS: Mapping[str, str] = {}
CHANGED = "Another card or wallet is charged now than you were shown. Look at it again."


@dataclass(frozen=True, slots=True)
class WayToBuy:
    """One button: a method of the command (empty: any page), what it is called, and what is paid by it in all.

    `kind` is `saved`, `page` or `by_hand`; `card_id` names what is saved, else it is empty.
    """

    method: str
    name: str
    kind: str
    price: Totals
    card_id: str = ""


class PurchasePage:
    """`/account/credits/purchase`, and one package below it."""

    def __init__(self, hands: Hands) -> None:
        self._reads = hands.reads
        self._showing = hands.showing
        self._visitors = hands.visitors
        self._staging = hands.staging
        self._origin = hands.site.origin

    def routes(self) -> list[Route]:
        """Its addresses."""
        return [
            Route(PATH, self.offer, methods=["GET"]),
            Route(f"{PATH}/{{package}}", with_key(self.review), methods=["GET"]),
            Route(f"{PATH}/{{package}}", self.buy, methods=["POST"]),
        ]

    async def offer(self, request: Request) -> Response:
        """The packages on offer."""
        return await self._showing.page(
            request,
            PERMISSION,
            "account/packages.html",
            lambda session, *_: {"packages": [view_package(package) for package in list_packages(session)]},
        )

    async def review(self, request: Request) -> Response:
        """What it costs, and a button for each way to pay it."""
        return await self._reviewed(request, NO_ERRORS)

    async def buy(self, request: Request) -> Response:
        """Stage it at the price that was shown: if it costs anything else by then, it is refused."""
        visitor = await self._visitors.require(request, PERMISSION)
        fields = await read_form(request)
        slug, method = request.path_params["package"], fields.get("method", "")
        wanted: dict[str, Any] = {"account_id": visitor.account_id, "package": slug, "method": method}
        wanted["total_minor"] = whole(fields.get("total_minor") or "not shown")
        if method == SAVED:
            wanted["shown_card_id"] = fields.get("card_id") or "not shown"
        elif method not in WITHOUT_A_PAGE:
            back = f"{self._origin}/account/credits?bought=1"
            wanted |= {"success_url": back, "cancel_url": f"{self._origin}{PATH}/{slug}"}
        try:
            command = command_of(PurchaseCredits, wanted)
        except FormErrors as errors:
            return await self._reviewed(request, errors.by_field)
        if await self._is_changed(request, visitor, command):
            return await self._reviewed(request, {"method": CHANGED}, HTTPStatus.CONFLICT)
        return await self._staging.say(visitor, command, fields)

    async def _is_changed(self, request: Request, visitor: Visitor, command: PurchaseCredits) -> bool:
        """Whether another card is charged by now than was shown. Whoever carries it out asks again."""

        def read(session: Session) -> bool:
            if command.shown_card_id is None or read_once(session, request, visitor.principal).sent:
                return False
            card = get_default_card(session, visitor.account_id)
            return card is None or card.id != command.shown_card_id

        return await self._reads.run(read, visitor.principal.sight)

    async def _reviewed(
        self, request: Request, errors: Mapping[str, str], status: HTTPStatus | None = None
    ) -> Response:
        slug: str = request.path_params["package"]

        def read(session: Session, visitor: Visitor, shell: Shell) -> Content:
            package = get_package(session, slug)
            ways = list(_ways(session, visitor, shell, package))
            return {"package": view_package(package), "offers": ways, "errors": errors}

        answer = await self._showing.page(request, PERMISSION, "account/package.html", read)
        answer.status_code = status or answer.status_code
        return answer


def _ways(session: Session, visitor: Visitor, shell: Shell, package: CreditPackage) -> Iterator[WayToBuy]:
    """What is saved first, then pages, then what comes past every gateway."""
    account = get_account(session, visitor.account_id)

    def price(gateway: str | None) -> Totals:
        return quote_package(session, account, package, gateway, shell.now)

    ways = ways_for(session, shell.country, package.currency)
    card = next((each for each in show_cards(session, account.id).data if each.is_default), None)
    if card is not None and (not ways.is_decided or card.gateway in names_of(ways)):
        yield WayToBuy(SAVED, _name(card, ways), "saved", price(card.gateway), str(card.id))
    for way in ways.on_page:
        yield WayToBuy(way.method, way.display_name, "page", price(way.method))
    if ways.has_page and not ways.on_page and card is None:
        # nobody has decided what is offered: without a name a page opens, unless something is saved
        yield WayToBuy("", "", "page", price(None))
    for way in ways.by_hand:
        yield WayToBuy(way.method, way.display_name, "by_hand", price(None))


def _name(card: CardView, ways: Ways) -> str:
    if card.last4:
        return f"{card.brand[:1].upper()}{card.brand[1:]} •••• {card.last4}"
    return f"{names_of(ways).get(card.gateway, card.brand)} {card.holder}".strip()
