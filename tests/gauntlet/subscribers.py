"""Subscribers: accounts with saved cards at the sandbox and a subscription of ours, which falls due during the run."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

import requests

from database.ids import uuid7
from settings import SANDBOX_STRIPE_KEY
from stack.errors import StackError
from stack.shopper import Shopper
from tests.gauntlet.paypal_desk import PayPalDesk
from tests.gauntlet.plan import PAYPAL, STRIPE, Plan
from tests.gauntlet.wallets import save_wallet, steer_wallets

REQUEST_TIMEOUT_SECONDS = 30.0
THREADS = 8
# one in twenty of each kind, at different places
EVERY = 20
RECOVERING, DECLINING, LATE = 0, 10, 5
SECOND_EVERY, SECOND_AT = 10, 3
GOOD_CARD = "pm_card_visa"
# it can be saved, and declines when it is charged: whoever charges it instead of the default card is found out
WRONG_CARD = "pm_card_chargeCustomerFail"
# the same of a wallet, though it was saved last and is heard of late
WRONG_WALLET = "payer_cannot_pay"

Json = dict[str, Any]


class Fate(StrEnum):
    """What becomes of a subscriber's card."""

    PAYS = "pays"
    RECOVERS = "recovers"
    DECLINES = "declines"


# how charges of their cards and wallets end
CODES = {
    STRIPE: {
        Fate.RECOVERS: ("insufficient_funds",),
        Fate.DECLINES: ("insufficient_funds", "do_not_honor", "lost_card", "expired_card"),
    },
    PAYPAL: {
        Fate.RECOVERS: ("instrument_declined",),
        Fate.DECLINES: ("instrument_declined", "payer_cannot_pay", "payer_account_restricted", "transaction_refused"),
    },
}


@dataclass(frozen=True, slots=True, eq=False)
class Subscriber:
    """Who is billed, for so many periods, and how that is to end.

    The first of the `cards`, or of the wallets, is the one to be charged.
    """

    number: int
    account_id: UUID
    subscription_id: UUID
    fate: Fate
    periods: int
    gateway: str
    customer_ref: str
    cards: tuple[Json, ...]


def enrol(plan: Plan, shopper: Shopper) -> list[Subscriber]:
    """Everybody's customer and cards at the sandbox, some of which decline. Raises StackError when it refuses."""
    slices = [range(start, plan.renewals, THREADS) for start in range(THREADS)]
    with ThreadPoolExecutor(THREADS) as pool:
        enrolled = pool.map(lambda numbers: _enrol_some(plan, shopper.sandbox_url, numbers), slices)
        subscribers = [subscriber for some in enrolled for subscriber in some]
    dice = plan.dice("subscribers")
    failing = [each for each in subscribers if each.fate is not Fate.PAYS]
    steer(shopper, {each: dice.choice(CODES[each.gateway][each.fate]) for each in failing})
    return subscribers


def steer(shopper: Shopper, decline_codes: Mapping[Subscriber, str | None]) -> None:
    """From now on charging the cards of these ends like this; None: they pay."""
    cards = [
        {"id": each.cards[0]["id"], "decline_code": code}
        for each, code in decline_codes.items()
        if each.gateway == STRIPE
    ]
    shopper.sandbox("POST", "/sandbox/payment-methods/behaviour", {"changes": cards})
    steer_wallets(
        shopper, {each.cards[0]["id"]: code for each, code in decline_codes.items() if each.gateway == PAYPAL}
    )


def _enrol_some(plan: Plan, sandbox_url: str, numbers: Iterable[int]) -> list[Subscriber]:
    desk = PayPalDesk(sandbox_url)
    with requests.Session() as session:
        session.auth = (SANDBOX_STRIPE_KEY, "")
        enrol_at: dict[str, Callable[[int], Subscriber]] = {
            STRIPE: lambda number: _with_card(session, f"{sandbox_url}/v1", number),
            PAYPAL: lambda number: _with_wallet(desk, number),
        }
        # one place further each time round, so that every fate comes to each gateway
        return [enrol_at[plan.at(number + number // EVERY)](number) for number in numbers]


def _with_card(session: requests.Session, api: str, number: int) -> Subscriber:
    # without our mark: its events come before the rows of the account that it is to be of
    customer = _post(session, f"{api}/customers", {"email": email_of(number)})
    wanted = (GOOD_CARD, WRONG_CARD) if _has_second(number) else (GOOD_CARD,)
    attached = (f"{api}/payment_methods/{card}/attach" for card in wanted)
    cards = tuple(_post(session, path, {"customer": customer["id"]}) for path in attached)
    return _subscriber(number, STRIPE, customer["id"], cards)


def _with_wallet(desk: PayPalDesk, number: int) -> Subscriber:
    # a customer of another shop's, for the same reason
    customer_ref = f"somebody-{number}"
    wallets = [save_wallet(desk, customer_ref, email_of(number))]
    if _has_second(number):
        wallets.append(save_wallet(desk, customer_ref, f"second-{email_of(number)}"))
        steer_wallets(Shopper("", desk.sandbox_url, "", desk.session), {wallets[1]["id"]: WRONG_WALLET})
    return _subscriber(number, PAYPAL, customer_ref, tuple(wallets))


def _has_second(number: int) -> bool:
    return number % SECOND_EVERY == SECOND_AT


def _subscriber(number: int, gateway: str, customer_ref: str, cards: tuple[Json, ...]) -> Subscriber:
    fate = {RECOVERING: Fate.RECOVERS, DECLINING: Fate.DECLINES}.get(number % EVERY, Fate.PAYS)
    periods = 2 if number % EVERY == LATE else 1
    return Subscriber(number, uuid7(), uuid7(), fate, periods, gateway, customer_ref, cards)


def email_of(number: int) -> str:
    """Where a subscriber's e-mails go."""
    return f"subscriber-{number}@example.com"


def _post(session: requests.Session, url: str, form: dict[str, str]) -> Json:
    answer = session.post(url, data=form, timeout=REQUEST_TIMEOUT_SECONDS)
    if not answer.ok:
        raise StackError(f"{url} answered {answer.status_code}: {answer.text[:500]}")
    made: Json = answer.json()
    return made
