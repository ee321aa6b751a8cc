"""Subscribers: accounts with saved cards at the sandbox and a subscription of ours, which falls due during the run."""

from collections.abc import Iterable
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
from tests.gauntlet.plan import Plan

REQUEST_TIMEOUT_SECONDS = 30.0
THREADS = 8
# one in twenty of each kind, at different places
EVERY = 20
RECOVERING, DECLINING, LATE = 0, 10, 5
SECOND_CARD_EVERY, SECOND_CARD_AT = 10, 3
GOOD_CARD = "pm_card_visa"
# it can be saved, and declines when it is charged: whoever charges it instead of the default card is found out
WRONG_CARD = "pm_card_chargeCustomerFail"
PASSING_CODE = "insufficient_funds"
LASTING_CODES = ("insufficient_funds", "do_not_honor", "lost_card", "expired_card")

Json = dict[str, Any]


class Fate(StrEnum):
    """What becomes of a subscriber's card."""

    PAYS = "pays"
    RECOVERS = "recovers"
    DECLINES = "declines"


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Who is billed, for so many periods, and how that is to end. The first of the `cards` is the one to be charged."""

    number: int
    account_id: UUID
    subscription_id: UUID
    fate: Fate
    periods: int
    customer_ref: str
    cards: tuple[Json, ...]


def enrol(plan: Plan, shopper: Shopper) -> list[Subscriber]:
    """Everybody's customer and cards at the sandbox, some of which decline. Raises StackError when it refuses."""
    slices = [range(start, plan.renewals, THREADS) for start in range(THREADS)]
    with ThreadPoolExecutor(THREADS) as pool:
        enrolled = pool.map(lambda numbers: _enrol_some(shopper.sandbox_url, numbers), slices)
        subscribers = [subscriber for some in enrolled for subscriber in some]
    dice = plan.dice("subscribers")
    codes = {Fate.RECOVERS: (PASSING_CODE,), Fate.DECLINES: LASTING_CODES}
    steer(shopper, {each.cards[0]["id"]: dice.choice(codes[each.fate]) for each in subscribers if each.fate in codes})
    return subscribers


def steer(shopper: Shopper, decline_codes: dict[str, Any]) -> None:
    """From now on charging these cards ends like this; None: they pay."""
    changes = [{"id": card_ref, "decline_code": code} for card_ref, code in decline_codes.items()]
    shopper.sandbox("POST", "/sandbox/payment-methods/behaviour", {"changes": changes})


def _enrol_some(sandbox_url: str, numbers: Iterable[int]) -> list[Subscriber]:
    with requests.Session() as session:
        session.auth = (SANDBOX_STRIPE_KEY, "")
        return [_enrol_one(session, f"{sandbox_url}/v1", number) for number in numbers]


def _enrol_one(session: requests.Session, api: str, number: int) -> Subscriber:
    account_id = uuid7()
    # without our mark: its events come before the rows of the account that it is to be of
    customer = _post(session, f"{api}/customers", {"email": email_of(number)})
    wanted = (GOOD_CARD, WRONG_CARD) if number % SECOND_CARD_EVERY == SECOND_CARD_AT else (GOOD_CARD,)
    attached = (f"{api}/payment_methods/{card}/attach" for card in wanted)
    cards = tuple(_post(session, path, {"customer": customer["id"]}) for path in attached)
    fate = {RECOVERING: Fate.RECOVERS, DECLINING: Fate.DECLINES}.get(number % EVERY, Fate.PAYS)
    periods = 2 if number % EVERY == LATE else 1
    return Subscriber(number, account_id, uuid7(), fate, periods, customer["id"], cards)


def email_of(number: int) -> str:
    """Where a subscriber's e-mails go."""
    return f"subscriber-{number}@example.com"


def _post(session: requests.Session, url: str, form: dict[str, str]) -> Json:
    answer = session.post(url, data=form, timeout=REQUEST_TIMEOUT_SECONDS)
    if not answer.ok:
        raise StackError(f"{url} answered {answer.status_code}: {answer.text[:500]}")
    made: Json = answer.json()
    return made
