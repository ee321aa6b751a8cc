"""Names for what travels as JSON."""

from typing import Any

JsonObject = dict[str, Any]
