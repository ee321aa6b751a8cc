"""Percentages as people write them."""

from decimal import Decimal, InvalidOperation

from stack.errors import StackError

PERCENT_PPM = 10_000


def parse_percent(written: str) -> int:
    """`12.5` in parts per million, exactly; raises StackError for what is none from 0 to 100."""
    try:
        ppm = Decimal(written) * PERCENT_PPM
        if not 0 <= ppm <= 100 * PERCENT_PPM or ppm != int(ppm):
            raise InvalidOperation
        return int(ppm)
    except (InvalidOperation, ValueError, OverflowError) as error:
        raise StackError(f"{written!r} is no percentage; write it like 12.5") from error


def format_percent(rate_ppm: int) -> str:
    """Parts per million as people write them: `8.875 %`."""
    return f"{(Decimal(rate_ppm) / PERCENT_PPM).normalize():f} %"
