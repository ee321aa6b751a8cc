"""One secret as the database keeps it: `<key id>.<nonce and ciphertext in base64url>`, by AES-256-GCM.

What is sealed opens in its own place alone: table, column and row are associated data, so that a row that was copied
over another opens nothing. https://csrc.nist.gov/pubs/sp/800/38/d/final
"""

import base64
import binascii
import json
import secrets
from dataclasses import astuple, dataclass

from cryptography.exceptions import InvalidTag

from credentials.errors import SecretDamaged
from credentials.master_keys import MasterKeys

# Drawn at random for each value: NIST allows 2^32 of these under one key, and we write a few a year.
NONCE_BYTES = 12
# as a CHECK constraint: the database takes no secret that was not sealed
SHAPE = "^[a-z0-9_-]{1,32}[.][A-Za-z0-9_-]{38,}=*$"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value lies."""

    table: str
    column: str
    row_id: str

    def __str__(self) -> str:
        """For an operator."""
        return f"{self.table}.{self.column} of {self.row_id}"

    @property
    def associated_data(self) -> bytes:
        """Of no two places alike."""
        return json.dumps(astuple(self)).encode()


def seal(keys: MasterKeys, place: Place, secret: str) -> str:
    """Under the first key. Raises MasterKeyMissing when there is none."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    ciphertext = keys.cipher(keys.first_id).encrypt(nonce, secret.encode(), place.associated_data)
    return f"{keys.first_id}.{base64.urlsafe_b64encode(nonce + ciphertext).decode()}"


def unseal(keys: MasterKeys, place: Place, sealed: str) -> str:
    """The secret. Raises MasterKeyMissing or SecretDamaged, neither of which repeats a value."""
    key_id, _, encoded = sealed.partition(".")
    cipher = keys.cipher(key_id)
    try:
        raw = base64.b64decode(encoded, altchars=b"-_", validate=True)
        return cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], place.associated_data).decode()
    except (InvalidTag, binascii.Error, ValueError):
        # the chain is cut: the frames under it hold the value's parts
        raise SecretDamaged(place, key_id) from None
