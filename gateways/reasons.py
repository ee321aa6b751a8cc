"""What our log says of what was refused: enough to find the fault, and no secret."""

SHOWN_CHARACTERS = 4
# of a shorter secret the last four would be a large part
SHOWN_FROM_CHARACTERS = 16


def masked_secret(secret: str) -> str:
    """Its last four characters, as vendors' dashboards show them."""
    return "****" + (secret[-SHOWN_CHARACTERS:] if len(secret) >= SHOWN_FROM_CHARACTERS else "")


def told_of_time(ahead_seconds: float) -> str:
    """What a time says that is not now: one of the clocks is wrong, or somebody repeats what they have seen."""
    return f"its time is {abs(ahead_seconds):.0f} s {'ahead of' if ahead_seconds > 0 else 'behind'} our clock"
