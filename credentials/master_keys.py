"""The keys that secrets are sealed under. They come from the environment and are in no database."""

import base64
import binascii
import re
import secrets
from collections.abc import Mapping

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from credentials.errors import MasterKeyMissing

KEY_BYTES = 32
KEY_ID = re.compile(r"[a-z0-9_-]{1,32}")
LOOKS_LIKE = "must look like id:key,id:key; each id is new, and each key is 32 bytes in base64"


class MasterKeys:
    """Several, by their ids, while one takes the place of another. The first seals, each opens what it has sealed."""

    __slots__ = ("_ciphers",)

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        # the library keeps its own copy of the bytes, which no repr of it shows
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}

    @property
    def first_id(self) -> str:
        """Under which new values are sealed. Raises MasterKeyMissing when there is no key at all."""
        if not self._ciphers:
            raise MasterKeyMissing("(any)")
        return next(iter(self._ciphers))

    def knows(self, key_id: str) -> bool:
        """Whether there is a key of this id."""
        return key_id in self._ciphers

    @property
    def other_ids(self) -> list[str]:
        """All but the first."""
        return list(self._ciphers)[1:]

    def cipher(self, key_id: str) -> AESGCM:
        """Raises MasterKeyMissing, which names the key id."""
        if key_id not in self._ciphers:
            raise MasterKeyMissing(key_id)
        return self._ciphers[key_id]

    def __repr__(self) -> str:
        """Ids alone."""
        return f"MasterKeys({', '.join(self._ciphers)})"


def parse(text: str) -> MasterKeys:
    """`id:key,id:key` as the environment has them; empty means none. Raises ValueError, which repeats no key."""
    keys: dict[str, bytes] = {}
    for entry in filter(None, (each.strip() for each in text.split(","))):
        key_id, _, encoded = entry.partition(":")
        if key_id in keys or not KEY_ID.fullmatch(key_id):
            raise ValueError(LOOKS_LIKE)
        keys[key_id] = _decoded(encoded)
    return MasterKeys(keys)


def make(key_id: str) -> str:
    """A fresh key, as `parse` reads it."""
    return f"{key_id}:{base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}"


def _decoded(encoded: str) -> bytes:
    try:
        key = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):  # the second for letters beyond ASCII
        raise ValueError(LOOKS_LIKE) from None
    if len(key) != KEY_BYTES:
        raise ValueError(LOOKS_LIKE)
    return key
