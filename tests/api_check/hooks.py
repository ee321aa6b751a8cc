"""What schemathesis loads: each request that it makes up is one of its own, not a repeat under an earlier key; who
works behind the door decides how long to wait for an outcome; and the key that it asks with lives on.
"""

import os
import re
from typing import Any
from uuid import uuid4

import schemathesis
from schemathesis.core import NOT_SET

VALID = re.compile(r"[!-~]([ -~]{0,200}[!-~])?")
HEADER = "Idempotency-Key"
OWN_KEY = "API_CHECK_OWN_KEY"  # of the environment: the id of the key that it asks with
REVOKED_AT = re.compile(r"/v1/admin/api-keys/[^/]+/revoke/")
PREFER = "API_CHECK_PREFER"  # of the environment: what every command prefers; without one nobody works there


def _whole(value: Any) -> Any:
    """JSON Schema takes 5.0 for a whole number, and the reference says that it is none."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {name: _whole(each) for name, each in value.items()}
    return [_whole(each) for each in value] if isinstance(value, list) else value


def _spare_own_key(case: Any) -> None:
    """Lists show that key too, and all that follows its end would be 401."""
    if REVOKED_AT.fullmatch(case.path) and case.path_parameters.get("id") == os.environ.get(OWN_KEY):
        case.path_parameters["id"] = str(uuid4())


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """A key that could be one gets an end of its own; one that is to be refused stays as it is."""
    _spare_own_key(case)
    key = (case.headers or {}).get(HEADER)
    if isinstance(key, str) and VALID.fullmatch(key):
        case.headers[HEADER] = f"{key}{uuid4()}"
    if case.body is not NOT_SET:  # one that is left out, and set to that again, counts as wrong from then on
        case.body = _whole(case.body)
    # a cursor means nothing to whoever did not get it from a list
    if "cursor" in (case.query or {}) and case.method == "GET":
        del case.query["cursor"]
    if "Prefer" in (case.headers or {}):
        del case.headers["Prefer"]
        if os.environ.get(PREFER):
            case.headers["Prefer"] = os.environ[PREFER]
