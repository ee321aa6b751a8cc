"""Ways to pay: what was decided for each country, what customers there are offered, and where money by hand goes."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from billing.notices.where_to_pay import lines_for
from billing.payment_methods.tables import ManualMethod
from ingress.queries.filters import Filter
from ingress.queries.offered import DecidedMethodFilter, decided_method, decided_methods
from ingress.queries.payment_methods import PaymentMethodFilter, payment_methods
from portal.console.asking import Deed, Told
from portal.console.facts import Fact
from portal.console.fields import Field, unix_lines, words_of
from portal.console.lists import Listed
from portal.console.showing import Content, Look
from portal.console.thing import Thing
from portal.refused import not_found
from schemas.commands.offered import OfferPaymentMethod, ResetPaymentMethods, UpdateOfferedMethod
from schemas.countries import COUNTRIES, Country
from schemas.currencies import Currency
from schemas.payment_methods import REST_OF_WORLD
from schemas.views.base import Page
from schemas.views.payment_methods import DecidedMethodView, PaymentMethodsView

READS, WRITES = "ways_to_pay:read", UpdateOfferedMethod.permission
ROOT = "/admin/payment-methods"
ONE, OF_COUNTRY = f"{ROOT}/{{id}}", f"{ROOT}/countries/{{id}}/reset"
TWO_PEOPLE = "Where money goes takes two people: somebody else has to approve it, and is shown the account."
_BANK = ("iban", "bic", "account_name")
_WALLET = ("wallet_kind", "wallet_id")


class WhereOffered(Filter):
    """A country, and the currency that is to be paid."""

    country: Country | None = None
    currency: Currency | None = None


def _offered(session: Session, wanted: WhereOffered) -> Page[Any]:
    if wanted.country is None:
        return PaymentMethodsView(data=[], next_cursor=None, country=None, offered=None)
    return payment_methods(session, PaymentMethodFilter(country=wanted.country, currency=wanted.currency))


def _beside(_look: Look, found: DecidedMethodView) -> Content:
    return {"writes": WRITES, "lines": lines_for(found), "is_by_hand": found.method in set(ManualMethod)}


def _one(look: Look, method_id: UUID) -> DecidedMethodView:
    return look.at(READS, lambda session: decided_method(session, method_id))


def _facts(found: DecidedMethodView) -> list[Fact]:
    return [
        Fact("Way to pay", found.display_name, href=ONE.format(id=found.id)),
        Fact("Country", found.country),
        Fact("Offered", "yes" if found.enabled else "no"),
    ]


def _to_change(look: Look, method_id: UUID) -> Told:
    found = _one(look, method_id)
    said = {"display_name": found.display_name, "sort_order": str(found.sort_order)}
    return Told(_facts(found), {**said, "currencies": " ".join(found.currencies)})


def _to_offer(look: Look, method_id: UUID, *, is_offered: bool) -> Told:
    found = _one(look, method_id)
    why_not = {(True, True): "It is offered already.", (False, False): "It is not offered."}
    return Told(_facts(found), why_not=why_not.get((is_offered, found.enabled), ""))


def _to_instruct(look: Look, method_id: UUID) -> Told:
    found = _one(look, method_id)
    return Told(_facts(found), {"instructions": found.instructions})


def _preview(look: Look, method_id: UUID, typed: Mapping[str, str]) -> str:
    """As it would be on paper, with the account or wallet that is known."""
    written = unix_lines(typed["instructions"].strip())
    return lines_for(_one(look, method_id).model_copy(update={"instructions": written}))


def _to_account(look: Look, method_id: UUID, method: ManualMethod, names: tuple[str, ...]) -> Told:
    found = _one(look, method_id)
    why_not = "" if found.method == method else "It has none: that is of another way to pay."
    return Told(_facts(found), {name: getattr(found, name) for name in names}, why_not=why_not)


def _to_reset(look: Look, country: str) -> Told:
    if country not in {*COUNTRIES, REST_OF_WORLD}:
        raise not_found()
    found = look.at(READS, lambda session: decided_methods(session, DecidedMethodFilter(country=country))).data
    own = [Fact("Its own way to pay, which ends", each.display_name) for each in found]
    why_not = "" if own else "It has no ways to pay of its own."
    if country == REST_OF_WORLD:
        why_not = "What the rest of the world is offered is changed one by one."
    return Told([Fact("Country", country), *own], why_not=why_not)


def _field(name: str, label: str, hint: str = "") -> Field:
    return Field(name, label, hint=hint, is_needed=False, is_said_empty=True)


def _offer(path: str, title: str, says: str, *, is_offered: bool) -> Deed:
    return Deed(
        path=f"{ONE}/{path}", command=UpdateOfferedMethod, about="offered_method_id", reads=READS,
        read=lambda look, row_id: _to_offer(look, row_id, is_offered=is_offered), title=title, button=title, back=ONE,
        says=(says,), fixed={"enabled": is_offered}, is_danger=not is_offered,
    )  # fmt: skip


def _account(path: str, title: str, method: ManualMethod, fields: tuple[Field, ...]) -> Deed:
    names = tuple(each.name for each in fields)
    return Deed(
        path=f"{ONE}/{path}", command=UpdateOfferedMethod, about="offered_method_id", reads=READS,
        read=lambda look, row_id: _to_account(look, row_id, method, names), title=title, button="Ask for it", back=ONE,
        says=(TWO_PEOPLE, "Invoices that are issued from then on tell customers to pay there."), fields=fields,
        is_danger=True,
    )  # fmt: skip


OF_BANK = (
    _field("iban", "IBAN"), _field("bic", "BIC", "Only where banks ask for one."),
    _field("account_name", "Holder of the account", "Banks compare it with the IBAN."),
)  # fmt: skip
OF_WALLET = (_field("wallet_kind", "Which wallet"), _field("wallet_id", "Its number or address"))
LISTS = (
    Listed(
        ROOT, "console/ways_to_pay.html", READS, DecidedMethodFilter, decided_methods, ("country",),
        {"writes": WRITES, "rest": REST_OF_WORLD},
    ),
    Listed(
        f"{ROOT}/offered", "console/ways_offered.html", "payment_methods:read", WhereOffered, _offered,
        ("country", "currency"),
    ),
)  # fmt: skip
THINGS = (Thing(ONE, "console/way_to_pay.html", READS, decided_method, beside=_beside),)
DEEDS = (
    Deed(
        path=f"{ROOT}/new", command=OfferPaymentMethod, about="", reads=READS, read=lambda look, _: Told(()),
        title="Offer a way to pay", button="Offer it", back=ROOT,
        says=(
            "A country with ways of its own is offered those alone, and none of the rest of the world any more.",
            "It stands behind those that are there, and is told by its own name until you call it otherwise.",
            TWO_PEOPLE,
        ),
        fields=(
            Field("country", "Country", hint="Its two capital letters, like DE; or rest, for all without their own."),
            Field("method", "Way to pay", hint="bank_transfer, local_wallet, or a provider by its name."),
            Field("display_name", "What customers read", is_needed=False),
            Field("currencies", "Only in", hint="Currencies, like EUR USD; empty: in all.", is_needed=False,
                  read=words_of),
            *(Field(each.name, each.label, hint=each.hint, is_needed=False) for each in (*OF_BANK, *OF_WALLET)),
        ),
    ),
    Deed(
        path=f"{ONE}/change", command=UpdateOfferedMethod, about="offered_method_id", reads=READS, read=_to_change,
        title="Change how it is offered", button="Change it", back=ONE,
        says=("Customers see it so from now on.",),
        fields=(
            Field("display_name", "What customers read"),
            Field("sort_order", "Place", "whole", "The smallest number stands first."),
            Field("currencies", "Only in", hint="Currencies, like EUR USD; empty: in all.", is_needed=False,
                  read=words_of, is_said_empty=True),
        ),
    ),
    _offer("offer", "Offer it", "Customers of the country may pay so from now on.", is_offered=True),
    _offer(
        "withdraw", "Offer it no more", "Nobody is offered it any more. What runs already goes on.", is_offered=False,
    ),
    Deed(
        path=f"{ONE}/instructions", command=UpdateOfferedMethod, about="offered_method_id", reads=READS,
        read=_to_instruct, title="Write the instructions", button="Save them", back=ONE, preview=_preview,
        says=("They stand on invoices, in mails and on the page of an invoice, before the account or the wallet.",),
        fields=(Field("instructions", "Instructions", "lines", is_needed=False, read=unix_lines, is_said_empty=True),),
    ),
    _account("bank", "Change the bank account", ManualMethod.BANK_TRANSFER, OF_BANK),
    _account("wallet", "Change the wallet", ManualMethod.LOCAL_WALLET, OF_WALLET),
    Deed(
        path=OF_COUNTRY, command=ResetPaymentMethods, about="country", reads=READS, read=_to_reset,
        title="Let the country pay as the rest of the world", button="Take its own away", back=ROOT, is_danger=True,
        says=("Its own ways to pay end, with their accounts. What runs already goes on.",), named_by="str",
    ),
)  # fmt: skip
