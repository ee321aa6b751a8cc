"""The client knows Cashbeat's webhooks by their signatures, as the library that signs them does."""

from datetime import UTC, datetime

import pytest
from cashbeat_client import NotGenuine, verify
from standardwebhooks import Webhook

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
BODY = b'{"type": "invoice.paid", "data": {"name": "Caf\xc3\xa9"}}'
SENT_AT = datetime(2026, 1, 31, 10, tzinfo=UTC)
NOW = SENT_AT.timestamp() + 10


def _headers(secret: str = SECRET) -> dict[str, str]:
    signature = Webhook(secret).sign("evt_1", SENT_AT, BODY.decode())
    return {
        "Webhook-Id": "evt_1",
        "Webhook-Timestamp": str(int(SENT_AT.timestamp())),
        "Webhook-Signature": signature,
    }


def test_what_was_signed_is_taken() -> None:
    assert verify(_headers(), BODY, SECRET, NOW) == {"type": "invoice.paid", "data": {"name": "Café"}}


def test_while_a_secret_is_changed_both_are_taken() -> None:
    assert verify(_headers(), BODY, [OTHER, SECRET], NOW)["type"] == "invoice.paid"
    both = _headers() | {"Webhook-Signature": f"v1a,AAAA v1,%% {_headers(OTHER)['Webhook-Signature']}"}
    assert verify(both, BODY, OTHER, NOW)["type"] == "invoice.paid"


@pytest.mark.parametrize(
    "changed",
    [
        {"Webhook-Id": "evt_2"},
        {"Webhook-Id": ""},
        {"Webhook-Timestamp": str(int(NOW))},
        {"Webhook-Timestamp": "now"},
        {"Webhook-Timestamp": "١٧٦٩"},
        {"Webhook-Signature": ""},
        {"Webhook-Signature": "v1,"},
        {"Webhook-Signature": "v1,AAAA"},
    ],
)
def test_what_was_changed_is_refused(changed: dict[str, str]) -> None:
    with pytest.raises(NotGenuine):
        verify(_headers() | changed, BODY, SECRET, NOW)


def test_another_body_another_secret_or_another_time_are_refused() -> None:
    with pytest.raises(NotGenuine):
        verify(_headers(), BODY + b" ", SECRET, NOW)
    with pytest.raises(NotGenuine):
        verify(_headers(OTHER), BODY, SECRET, NOW)
    for later in (400, -400):
        with pytest.raises(NotGenuine, match="not sent now"):
            verify(_headers(), BODY, SECRET, SENT_AT.timestamp() + later)


def test_a_secret_that_is_none_is_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="whsec_"):
        verify(_headers(), BODY, "whsec_?", NOW)
