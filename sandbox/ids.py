"""Identifiers that look like the vendors' own."""

import os
import random
import string
import uuid

# Stripe's: a prefix that tells the kind, then random letters and digits
ALPHABET = string.ascii_letters + string.digits
# one letter for each byte: a payment takes eight ids, so they are made in one go
LETTER_OF_BYTE = bytes(ord(ALPHABET[byte % len(ALPHABET)]) for byte in range(256))
# Stripe's own are 24 to 60 characters long; 24 of 62 letters never collide in a life of tests
LENGTH = 24
LENGTH_CHECKOUT_SESSION = 58
# PayPal's ids of orders, captures and the like: 17 of these
CODE_ALPHABET = string.digits + string.ascii_uppercase
CODE_LETTER_OF_BYTE = bytes(ord(CODE_ALPHABET[byte % len(CODE_ALPHABET)]) for byte in range(256))
CODE_LENGTH = 17
DEBUG_ID_BYTES = 7

# not seeded on purpose: a sandbox started twice with one seed keeps its journal, and ids must stay unique in it
_source = random.SystemRandom()
_letters = random.Random(_source.getrandbits(128))  # noqa: S311 - ids of a test double are no secrets
# one that crashed and its successor are forked by the same process, and share a journal
os.register_at_fork(after_in_child=lambda: _letters.seed(_source.getrandbits(128)))


def new_id(prefix: str, length: int = LENGTH) -> str:
    """For example `new_id("pi")` -> `pi_3kX...`."""
    return f"{prefix}_{_letters.randbytes(length).translate(LETTER_OF_BYTE).decode()}"


def new_client_secret(intent_id: str) -> str:
    """With which the buyer's browser confirms this intent."""
    return f"{intent_id}_secret_{new_id('s')[2:]}"


def new_code(length: int = CODE_LENGTH) -> str:
    """PayPal's kind of id, as `5O190127TN364715T`."""
    return _letters.randbytes(length).translate(CODE_LETTER_OF_BYTE).decode()


def new_debug_id() -> str:
    """What PayPal calls one request, for its support."""
    return _letters.randbytes(DEBUG_ID_BYTES).hex()[1:]


def new_uuid() -> str:
    """Resend's kind of id."""
    return str(uuid.UUID(int=_letters.getrandbits(128), version=4))
