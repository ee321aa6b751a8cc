"""Small readings that events and fetched objects share, over all API versions."""

from collections.abc import Mapping
from typing import Any

Json = Mapping[str, Any]

ATTEMPT_MARK = "cashbeat_attempt"  # the metadata key under which our attempt's id travels


def reference(value: object) -> str:
    """The id of another object, which Stripe gives as null, as an id, or (expanded) as the object itself."""
    if isinstance(value, Mapping):
        value = value.get("id")
    return value if isinstance(value, str) else ""


def attempt_mark(stripe_object: Json) -> str:
    """The attempt id that we wrote into the object's metadata; empty if the object is not ours."""
    mark = (stripe_object.get("metadata") or {}).get(ATTEMPT_MARK)
    return mark if isinstance(mark, str) else ""
