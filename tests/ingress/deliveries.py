"""Stripe's side of the story: events, signed and delivered."""

import json
import time
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import httpx

from gateways.stripe.signatures import sign

SECRET = "whsec_present"
OLD_SECRET = "whsec_being_rolled_out"
PATH = "/v1/billing/webhooks/stripe/"


def event(event_id: str | None = None, **fields: Any) -> bytes:
    """An event as Stripe prints it, about three kilobytes."""
    content = {
        "id": event_id or f"evt_{uuid4().hex}",
        "object": "event",
        "api_version": "2026-10-28.endive",
        "created": 1_790_000_000,
        "type": "payment_intent.succeeded",
        "data": {"object": {"object": "payment_intent", "metadata": {"note": "it's “quoted” \\ " * 100}}},
        **fields,
    }
    return json.dumps(content, indent=2, ensure_ascii=False).encode()


def signed(body: bytes, secret: str = SECRET, age_seconds: int = 0) -> dict[str, str]:
    """The headers Stripe sends along."""
    return {
        "Stripe-Signature": sign(body, secret, int(time.time()) - age_seconds),
        "Content-Type": "application/json; charset=utf-8",
    }


def deliver(client: httpx.Client, body: bytes, headers: Mapping[str, str] | None = None) -> httpx.Response:
    """One delivery, signed unless headers are given."""
    return client.post(PATH, content=body, headers=signed(body) if headers is None else headers)
