"""`cashbeat payment-method`: in which ways a country pays, from the command line."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

from pydantic import AfterValidator
from sqlalchemy.orm import Session

from billing.errors import Rejected
from billing.payment_methods.queries import list_configs
from billing.payment_methods.reset_country import reset_country
from billing.payment_methods.rules import decided_for, offered_in
from billing.payment_methods.seed import TRANSFER_NAME
from billing.payment_methods.set_method import set_method
from billing.payment_methods.tables import ManualMethod, PaymentMethodConfig
from gateways.registry import OFFERED_FIRST, VENDORS
from schemas.countries import Country
from schemas.currencies import Currency
from schemas.names import Beneficiary, Line
from schemas.payment_methods import REST_OF_WORLD, Bic, DisplayName, Iban, Instructions, Region
from settings import Settings
from stack.arguments import checked
from stack.errors import StackError
from stack.printable import printable_line
from stack.sessions import reading, rehearsing, session

METHODS = (*VENDORS, *ManualMethod)
# what customers read of one that was told no name; a wallet's is its own
CALLED = {gateway: name for _, gateway, name in OFFERED_FIRST} | {ManualMethod.BANK_TRANSFER: TRANSFER_NAME}


def _known(method: str) -> str:
    if method not in METHODS:
        raise ValueError(f"must be one of {', '.join(sorted(METHODS))}")
    return method


Method = Annotated[str, AfterValidator(_known)]
# how each thing that is typed is read, and what it is called when it cannot be
KINDS: Mapping[str, tuple[Any, str]] = {
    "display_name": (DisplayName, "--name"),
    "sort_order": (int, "--order"),
    "enabled": (bool, "--enable"),
    "instructions": (Instructions, "--instructions"),
    "iban": (Iban, "--iban"),
    "bic": (Bic, "--bic"),
    "account_name": (Beneficiary, "--account-name"),
    "wallet_kind": (Line, "--wallet-kind"),
    "wallet_id": (Line, "--wallet-id"),
}


def set_payment_method(
    settings: Settings, country: str, method: str, typed: Mapping[str, Any], *, dry_run: bool
) -> list[str]:
    """Set it, and tell in a line each what is decided for the country from now on. Raises StackError."""
    place, name = checked(Region, country, "the country"), checked(Method, method, "the method")
    changes = {field: _read(field, value) for field, value in typed.items()}
    return _done(settings, lambda opened: _set(opened, place, name, changes), dry_run=dry_run)


def reset_payment_methods(settings: Settings, country: str, *, dry_run: bool) -> list[str]:
    """Take the country's own away, and tell them and what is offered there from now on. Raises StackError."""
    place = checked(Country, country, "the country")
    return _done(settings, lambda opened: _reset(opened, place), dry_run=dry_run)


def describe_methods(settings: Settings) -> list[str]:
    """A line per way to pay, by country and in its order."""
    with reading(settings) as opened:
        return [_describe(config) for config in list_configs(opened)]


def _done(settings: Settings, work: Callable[[Session], list[str]], *, dry_run: bool) -> list[str]:
    try:
        with (rehearsing if dry_run else session)(settings) as opened:
            return work(opened)
    except Rejected as refusal:
        raise StackError(refusal.detail) from refusal


def _set(opened: Session, country: str, method: str, changes: Mapping[str, Any]) -> list[str]:
    before = list_configs(opened)
    set_method(opened, country, method, changes, CALLED.get(method) or changes.get("wallet_kind", ""))
    return [*_displaced(before, country), *_decided(opened, country), *_closed(opened, country)]


def _reset(opened: Session, country: str) -> list[str]:
    gone = [f"taken away: {_describe(config)}" for config in reset_country(opened, country)]
    nothing = f"nobody has decided what {country} is offered: nothing is refused there"
    return [*(gone or [f"{country} had no methods of its own"]), *(_decided(opened, country) or [nothing])]


def _decided(opened: Session, country: str) -> list[str]:
    return [_describe(config) for config in decided_for(list_configs(opened), country)]


def _closed(opened: Session, country: str) -> list[str]:
    """A word when nobody can begin to pay there any more."""
    place = "the rest of the world" if country == REST_OF_WORLD else country
    is_closed = not offered_in(list_configs(opened), country)
    return [f"nothing is offered in {place} now: nobody there can begin to pay"] if is_closed else []


def _displaced(before: Sequence[PaymentMethodConfig], country: str) -> list[str]:
    """A word when the first of a country takes the place of the rest of the world's there."""
    rest = [config.method for config in before if config.country == REST_OF_WORLD and config.enabled]
    if country == REST_OF_WORLD or not rest or any(config.country == country for config in before):
        return []
    return [f"{country} has methods of its own now; those of the rest of the world ({', '.join(rest)}) end there"]


def _read(field: str, value: Any) -> Any:
    if field == "currencies":
        return [checked(Currency, code.strip(), "--currencies") for code in value.split(",") if code.strip()]
    kind, called = KINDS[field]
    return checked(kind, value, called)


def _describe(config: PaymentMethodConfig) -> str:
    """Instructions are the customer's to read: here a word says that there are some."""
    account = " ".join(filter(None, (config.iban, config.bic, config.account_name)))
    parts = [
        f"{config.country:<4}  {config.sort_order:>3}  {config.method:<13}  {config.display_name}",
        "offered" if config.enabled else "not offered",
        f"in {', '.join(config.currencies)}" if config.currencies else "",
        f"to {account}" if account else "",
        f"{config.wallet_kind} {config.wallet_id}" if config.wallet_id else "",
        "with instructions" if config.instructions else "",
    ]
    return printable_line("  ".join(filter(None, parts)))
