"""Cards and wallets: which are saved and in which order they are charged; to add, choose, order and remove one."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from billing.cards.views import show_cards
from billing.errors import Rejected
from billing.subscriptions.queries import is_charged_to_a_card
from portal.forms import read_form
from portal.hands import Hands
from portal.once import with_key
from portal.shell import Shell
from portal.showing import Content
from portal.staging import FormErrors, command_of
from portal.visitors import Visitor
from portal.ways import names_of, ways_for
from schemas.commands.base import Command
from schemas.commands.payments import (
    OrderPaymentMethods,
    RemovePaymentMethod,
    SetDefaultPaymentMethod,
    StartCardSetup,
)
from schemas.views.cards import CardView

PERMISSION = "payment_methods:read"
TO_CHANGE = StartCardSetup.permission
PATH = "/account/payment-methods"
NO_ERRORS: Mapping[str, str] = {}


class MethodsPage:
    """`/account/payment-methods`, and what is done to one below it."""

    def __init__(self, hands: Hands) -> None:
        self._reads = hands.reads
        self._showing = hands.showing
        self._visitors = hands.visitors
        self._staging = hands.staging
        self._here = f"{hands.site.origin}{PATH}"

    def routes(self) -> list[Route]:
        """Its addresses."""
        return [
            Route(PATH, self.show, methods=["GET"]),
            Route(f"{PATH}/add", self.add, methods=["POST"]),
            Route(f"{PATH}/order", self.order, methods=["POST"]),
            Route(f"{PATH}/{{id:uuid}}/default", self.choose, methods=["POST"]),
            Route(f"{PATH}/{{id:uuid}}/remove", with_key(self.ask_to_remove), methods=["GET"]),
            Route(f"{PATH}/{{id:uuid}}/remove", self.remove, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """What is saved, the one that is charged first, and what else may be."""
        return await self._shown(request, NO_ERRORS)

    async def add(self, request: Request) -> Response:
        """Stage that a gateway's page is opened on which one is saved."""
        visitor, fields = await self._asked(request)
        back = {"success_url": f"{self._here}?saved=1", "cancel_url": self._here}
        wanted = {"account_id": visitor.account_id, "gateway": fields.get("gateway", ""), **back}
        return await self._said(request, visitor, StartCardSetup, wanted, fields)

    async def order(self, request: Request) -> Response:
        """Stage the order that the form names: all of them, so that whoever sends it twice says the same."""
        visitor, fields = await self._asked(request)
        card_ids = [each for each in fields.get("card_ids", "").split(",") if each]
        wanted = {"account_id": visitor.account_id, "card_ids": card_ids}
        return await self._said(request, visitor, OrderPaymentMethods, wanted, fields)

    async def choose(self, request: Request) -> Response:
        """Stage that it is charged from now on."""
        visitor, fields = await self._asked(request)
        return await self._said(
            request, visitor, SetDefaultPaymentMethod, {"card_id": request.path_params["id"]}, fields
        )

    async def ask_to_remove(self, request: Request) -> Response:
        """What will be charged without it, and one button."""
        card_id: UUID = request.path_params["id"]
        await self._prove_for_the_last(request, await self._visitors.require(request, TO_CHANGE))

        def read(session: Session, visitor: Visitor, shell: Shell) -> Content:
            cards = _in_order(show_cards(session, visitor.account_id).data)
            card = next((each for each in cards if each.id == card_id), None)
            if card is None:
                raise Rejected("card_not_found", f"The account has no card {card_id}.", status=404)
            others = [each for each in cards if each.id != card_id]
            is_needed = not others and is_charged_to_a_card(session, visitor.account_id)
            names = names_of(ways_for(session, shell.country, None))
            return {"card": card, "others": others, "is_needed": is_needed, "names": names}

        return await self._showing.page(request, TO_CHANGE, "account/method_remove.html", read)

    async def remove(self, request: Request) -> Response:
        """Stage that it is taken away. The last one goes only by a form that said so."""
        visitor, fields = await self._asked(request)
        await self._prove_for_the_last(request, visitor)
        allow_last = fields.get("allow_last") == "yes"
        wanted = {"card_id": request.path_params["id"], "allow_last": allow_last}
        return await self._said(request, visitor, RemovePaymentMethod, wanted, fields)

    async def _prove_for_the_last(self, request: Request, visitor: Visitor) -> None:
        """Without any nothing is paid by itself: raises ProofNeeded as `Visitors.require_fresh`."""
        cards = await self._reads.run(
            lambda session: show_cards(session, visitor.account_id).data, visitor.principal.sight
        )
        if [each.id for each in cards] == [request.path_params["id"]]:
            await self._visitors.require_fresh(request, visitor)

    async def _asked(self, request: Request) -> tuple[Visitor, Mapping[str, str]]:
        visitor = await self._visitors.require(request, TO_CHANGE)
        return visitor, await read_form(request)

    async def _said(
        self,
        request: Request,
        visitor: Visitor,
        command_class: type[Command],
        wanted: Mapping[str, object],
        fields: Mapping[str, str],
    ) -> Response:
        try:
            command = command_of(command_class, wanted)
        except FormErrors as errors:
            return await self._shown(request, errors.by_field)
        return await self._staging.say(visitor, command, fields)

    async def _shown(self, request: Request, errors: Mapping[str, str]) -> Response:
        def read(session: Session, visitor: Visitor, shell: Shell) -> Content:
            cards = _in_order(show_cards(session, visitor.account_id).data)
            ways = ways_for(session, shell.country, shell.plan.currency if shell.plan else None)
            return {
                "cards": cards,
                "orders": _earlier(cards),
                "offers": ways,
                "names": names_of(ways),
                "errors": errors,
                "may_change": visitor.may(TO_CHANGE),
                "has_come_back": "saved" in request.query_params,
            }

        return await self._showing.page(request, PERMISSION, "account/methods.html", read)


def _in_order(cards: Sequence[CardView]) -> list[CardView]:
    """As they are tried: the one that is charged, those that have a place, then the oldest first."""
    return sorted(cards, key=lambda card: (not card.is_default, card.fallback_order is None, card.fallback_order or 0))


def _earlier(cards: Sequence[CardView]) -> dict[UUID, str]:
    """For each that could be tried earlier, the order in which it would be: all ids, as a form names them."""
    ids = [str(card.id) for card in cards]
    found = {}
    for place in range(1, len(cards)):
        # before the first stands the one that is charged anyway
        if place == 1 and cards[0].is_default:
            continue
        moved = [*ids[: place - 1], ids[place], ids[place - 1], *ids[place + 1 :]]
        found[cards[place].id] = ",".join(moved)
    return found
