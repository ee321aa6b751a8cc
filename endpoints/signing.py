"""What is sent is signed by the Standard Webhooks specification, version 1.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime

from standardwebhooks import Webhook

# the specification wants 24 to 64
SECRET_BYTES = 32
PREFIX = "whsec_"


def make_secret() -> str:
    """A fresh one, as the product configures it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signed_headers(secrets_of_endpoint: Sequence[str], message_id: str, body: str, now: datetime) -> dict[str, str]:
    """The headers of a message: with a signature for each secret, as two count while one is rolled."""
    # the package takes the time of a naive or other value for UTC as it stands
    at = now.astimezone(UTC)
    signatures = [Webhook(secret).sign(message_id, at, body) for secret in secrets_of_endpoint]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
