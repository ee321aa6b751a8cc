"""Time-ordered ids, made by us before anyone else hears of them."""

import os
import struct
import time
import uuid

# Operations of one caller and one Idempotency-Key share an id; the namespace must never change.
OPERATION_NAMESPACE = uuid.UUID("5b0c7a52-9c1e-5c4e-8b0a-3f6a1f2f7c11")


def uuid7() -> uuid.UUID:
    """A UUID version 7 (RFC 9562, method 3): Unix milliseconds, 12 bits of their fraction, then random bits.

    The fraction counts quarters of a microsecond, so that ids made one after another in a process sort in that order.
    """
    return uuid7s(1)[0]


def uuid7s(number: int) -> list[uuid.UUID]:
    """That many of them, of one instant and ascending, for one question to the system's randomness."""
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    instant = milliseconds << 80 | 0x7 << 76 | (rest << 12) // 1_000_000 << 64 | 0b10 << 62
    random_bytes = os.urandom(8 * number)
    randoms = sorted(bits & (1 << 62) - 1 for (bits,) in struct.iter_unpack("!Q", random_bytes))
    return [uuid.UUID(int=instant | random_bits) for random_bits in randoms]


def operation_id(caller: str, idempotency_key: str | None) -> uuid.UUID:
    """The id of a command: derived from caller and key, so that a repeat is the same row; fresh without a key."""
    if idempotency_key is None:
        return uuid7()
    return uuid.uuid5(OPERATION_NAMESPACE, f"{caller}\n{idempotency_key}")
