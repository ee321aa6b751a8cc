"""How one sandbox is set up. The command line sets them at the start, `PATCH /sandbox/options` while it runs."""

import hmac
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from settings import (
    SANDBOX_PAYPAL_CLIENT_ID,
    SANDBOX_PAYPAL_CLIENT_SECRET,
    SANDBOX_PAYPAL_MERCHANT_ID,
    SANDBOX_PAYPAL_WEBHOOK_ID,
    SANDBOX_RESEND_KEY,
    SANDBOX_RESEND_WEBHOOK_SECRET,
    SANDBOX_STRIPE_KEY,
    SANDBOX_WEBHOOK_SECRET,
)

# the version whose OpenAPI description the tests hold every answer to (see tests/contracts)
API_VERSION_CURRENT = "2026-05-27.dahlia"
API_VERSION_PATTERN = re.compile(r"\d{4}-\d{2}-\d{2}(\.[a-z_]+)?")

WEBHOOK_ID_PATTERN = re.compile(r"[A-Za-z0-9]{1,50}")
WEB_ADDRESS_PATTERN = re.compile(r"(https?://[\x21-\x7e]+)?")

# https://developer.paypal.com/api/rest/reference/: an account's id
MERCHANT_ID_PATTERN = re.compile("[2-9A-HJ-NP-Z]{13}")

RUN_TIME_FIELDS = (
    "webhook_url",
    "webhook_secrets",
    "api_keys",
    "enabled_events",
    "api_version",
    "retry_seconds",
    "attempts_max",
    "rate_limit_per_second",
    "answer_delay_seconds",
    "least_charge",
    "dunning_days",
    "dunning_end",
    "portal_saved",
    "resend_webhook_url",
    "resend_webhook_secrets",
    "paypal_webhook_url",
    "paypal_webhook_id",
    "paypal_enabled_events",
    "paypal_credentials",
    "paypal_merchant_id",
    "paypal_token_seconds",
    "paypal_order_seconds",
    "paypal_reporting_lag_seconds",
    "paypal_rate_limit_per_second",
)
LISTS = (
    "webhook_secrets", "api_keys", "enabled_events", "resend_webhook_secrets", "paypal_credentials",
    "paypal_enabled_events",
)  # fmt: skip
ANSWER_DELAY_SECONDS_MAX = 60
DUNNING_ENDS = ("cancel", "unpaid", "past_due")


@dataclass(slots=True)
class Options:
    """`retry_seconds` are the waits before each further try of a webhook; the last one repeats up to `attempts_max`.

    Stripe itself waits minutes to hours over three days; a sandbox that did so would be of no use to a test.
    """

    home: Path
    base_url: str = ""
    webhook_url: str = ""
    webhook_secrets: tuple[str, ...] = (SANDBOX_WEBHOOK_SECRET,)
    # with which it may be called, at Stripe's door as at Resend's: several while one is rolled
    api_keys: tuple[str, ...] = (SANDBOX_STRIPE_KEY, SANDBOX_RESEND_KEY)
    enabled_events: tuple[str, ...] = ("*",)
    api_version: str = API_VERSION_CURRENT
    retry_seconds: tuple[float, ...] = (1, 2, 4, 8, 15)
    attempts_max: int = 30
    # ten seconds is how long Stripe is commonly observed to wait for an answer
    delivery_timeout_seconds: float = 10
    # enough to keep one busy receiver saturated without opening a connection per event
    deliveries_concurrent_max: int = 16
    # of Stripe's API: calls per second beyond which 429 is answered (0: no limit)
    rate_limit_per_second: int = 0
    # and how long each answer takes at least
    answer_delay_seconds: float = 0
    # the least charge in whichever currency, in Stripe's units, where its own least is lower: as for an account that is
    # paid out in another one
    least_charge: int = 1
    # the wait after each failed try to collect a renewal, and what becomes of the subscription after the last one; at
    # Stripe both are settings of the account
    dunning_days: tuple[int, ...] = (1, 3, 5, 7)
    dunning_end: str = "cancel"
    # whether somebody has saved the portal's settings in the dashboard
    portal_saved: bool = True
    # Resend's webhook, and what signs its events: several while one is rolled
    resend_webhook_url: str = ""
    resend_webhook_secrets: tuple[str, ...] = (SANDBOX_RESEND_WEBHOOK_SECRET,)
    # PayPal's webhook: where it is, what it is called (which is signed), and what it wants to be told of
    paypal_webhook_url: str = ""
    paypal_webhook_id: str = SANDBOX_PAYPAL_WEBHOOK_ID
    paypal_enabled_events: tuple[str, ...] = ("*",)
    # ids and secrets of PayPal's apps, each as `id:secret`: several while a secret is rolled
    paypal_credentials: tuple[str, ...] = (f"{SANDBOX_PAYPAL_CLIENT_ID}:{SANDBOX_PAYPAL_CLIENT_SECRET}",)
    # whose account it is: the payee of every order
    paypal_merchant_id: str = SANDBOX_PAYPAL_MERCHANT_ID
    # how long an access token is good; nine hours are what PayPal gives
    paypal_token_seconds: int = 32_400
    # how long an order waits for its buyer, and once more for its capture
    paypal_order_seconds: int = 3 * 60 * 60
    # how late its transaction search is: "a maximum of three hours"
    paypal_reporting_lag_seconds: int = 3 * 60 * 60
    # calls of PayPal's API per second beyond which 429 is answered (0: no limit)
    paypal_rate_limit_per_second: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        if not (isinstance(self.api_version, str) and API_VERSION_PATTERN.fullmatch(self.api_version)):
            raise ValueError(f"api_version: not a Stripe API version: {self.api_version!r}")
        for name in ("webhook_url", "paypal_webhook_url", "resend_webhook_url"):
            _must_be_an_address(name, getattr(self, name))
        if not (isinstance(self.paypal_webhook_id, str) and WEBHOOK_ID_PATTERN.fullmatch(self.paypal_webhook_id)):
            raise ValueError("paypal_webhook_id: letters and digits, fifty at most")
        for name in LISTS:
            _must_be_a_tuple(name, getattr(self, name), (str,))
        _must_be_a_tuple("retry_seconds", self.retry_seconds, (int, float))
        if not isinstance(self.attempts_max, int) or self.attempts_max < 1:
            raise ValueError("attempts_max: at least 1")
        for name in ("rate_limit_per_second", "paypal_rate_limit_per_second", "paypal_reporting_lag_seconds"):
            _must_be_whole(name, getattr(self, name), 0)
        for name in ("paypal_token_seconds", "paypal_order_seconds"):
            _must_be_whole(name, getattr(self, name), 1)
        if not (isinstance(self.paypal_merchant_id, str) and MERCHANT_ID_PATTERN.fullmatch(self.paypal_merchant_id)):
            raise ValueError("paypal_merchant_id: 13 of the letters and digits that cannot be mistaken")
        if not isinstance(self.answer_delay_seconds, int | float):
            raise ValueError("answer_delay_seconds: a number")
        if not 0 <= self.answer_delay_seconds <= ANSWER_DELAY_SECONDS_MAX:
            raise ValueError(f"answer_delay_seconds: between 0 and {ANSWER_DELAY_SECONDS_MAX}")
        if not isinstance(self.least_charge, int) or self.least_charge < 1:
            raise ValueError("least_charge: at least 1")
        _must_be_a_tuple("dunning_days", self.dunning_days, (int,))
        if min(self.dunning_days) < 1 or self.dunning_end not in DUNNING_ENDS:
            raise ValueError(f"dunning_days: whole days; dunning_end: one of {', '.join(DUNNING_ENDS)}")
        if not isinstance(self.portal_saved, bool):
            raise ValueError("portal_saved: true or false")

    def takes(self, key: str, beginning: str) -> bool:
        """Whether this is one of the keys with which the vendor whose keys begin like this may be called."""
        known = (each for each in self.api_keys if each.startswith(beginning))
        return any(hmac.compare_digest(key.strip().encode(), each.encode()) for each in known)

    def shown(self) -> dict[str, Any]:
        """What can be changed at run time, as JSON. The secrets are made up, so they may be shown."""
        return {name: getattr(self, name) for name in RUN_TIME_FIELDS}


def _must_be_an_address(name: str, value: object) -> None:
    if not (isinstance(value, str) and WEB_ADDRESS_PATTERN.fullmatch(value)):
        raise ValueError(f"{name}: not a web address: {value!r}")
    _ = urlsplit(value).port  # raises ValueError for a port that is none


def _must_be_whole(name: str, value: object, least: int) -> None:
    if not isinstance(value, int) or value < least:
        raise ValueError(f"{name}: a whole number, at least {least}")


def _must_be_a_tuple(name: str, value: object, of: tuple[type, ...]) -> None:
    if not isinstance(value, tuple) or not value or not all(isinstance(item, of) for item in value):
        raise ValueError(f"{name}: a list with at least one entry of the right type")
