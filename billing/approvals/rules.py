"""Pure rules of the second person: how long one is waited for, above how much, and what exactly is approved."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

# after so long nobody remembers why it was wanted
WAITS = timedelta(days=7)
# Of these what is done to one account within so long counts together, by what it does: else whoever wants more than one
# person may do would do it in slices, or half by a refund and half by a credit note. Two of another kind say how
# something is to be, and do not add up.
ADDS_UP = {
    "refund_payment": "money_back", "credit_invoice": "money_back",
    "write_off_invoice": "write_off_invoice", "void_invoice": "void_invoice", "adjust_credits": "adjust_credits",
}  # fmt: skip
ADDS_UP_WITHIN = timedelta(hours=24)
CREDITS = "credits"
KEYS = "keys"
PEOPLE = "people"
PROVIDERS = "providers"
# of banks and wallets, into which customers pay
ACCOUNTS = "accounts"
EVERY_UNIT = "*"


@dataclass(frozen=True, slots=True)
class Effect:
    """What a command does, as another person is shown it: ids, amounts and counts, nothing that differs when it is
    done again. `amount` of `unit` is what the limit is asked about; of callers it is how many may do harm.
    """

    account_id: UUID | None
    amount: int
    unit: str
    shown: Mapping[str, Any]


# Where nobody has set a limit, by the kind of command: in minor units of whichever currency, or in credits. A thousand
# dollars or so, and ten thousand credits, may go by one person's word. Who could make a second
# person needs one: keys that could be one, and people, are always looked at by another.
LIMITS: Mapping[str, int] = {
    "refund_payment": 100_000,
    "credit_invoice": 100_000,
    "write_off_invoice": 100_000,
    "void_invoice": 100_000,
    "adjust_credits": 10_000,
    "set_credit_overdraft_max": 10_000,
    "create_api_key": 0,
    "create_staff_key": 0,
    "add_staff_member": 0,
    "change_staff_role": 0,
    "offer_payment_method": 0,
    "update_offered_method": 0,
    "enable_provider": 0,
    "disable_provider": 0,
}


def fingerprint_of(command_sha256: str, effect: Effect) -> str:
    """What an approval is bound to: this command, and this effect of it."""
    shown = [command_sha256, effect.amount, effect.unit, effect.shown]
    return sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()


def limit_for(kind: str, unit: str, stated: Mapping[str, int | None]) -> int | None:
    """Above how much; None: never. `stated` are the limits that somebody has set for the kind, by unit."""
    for each in (unit, EVERY_UNIT):
        if each in stated:
            return stated[each]
    return LIMITS.get(kind)
