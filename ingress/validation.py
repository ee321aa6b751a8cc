"""Turns what a caller sent into a command or a filter, or says field by field what is wrong with it."""

from itertools import islice
from typing import Any, TypeVar

import orjson
from pydantic import BaseModel, ValidationError

from ingress.problems import Problem
from schemas.refusals import refusals

ERRORS_MAX = 20  # more would only repeat themselves
MESSAGE_LENGTH_MAX = 300

Model = TypeVar("Model", bound=BaseModel)


def parse_json(body: bytes) -> dict[str, Any]:
    """The body as a JSON object; raises Problem 400."""
    try:
        fields = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Problem(400, "malformed_json", "The body is not JSON in UTF-8.") from None
    if not isinstance(fields, dict):
        raise Problem(400, "malformed_json", "The body must be a JSON object.")
    return fields


def invalid(field: str, message: str) -> Problem:
    """422 about one field."""
    errors = [{"field": field, "message": message}]
    return Problem(422, "invalid", "The request is not valid; see `errors`.", errors=errors)


def validated(model: type[Model], fields: dict[str, Any]) -> Model:
    """The fields as their model; raises Problem 422 with `errors`, one `field` and `message` each."""
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        errors = [
            {"field": path[:MESSAGE_LENGTH_MAX], "message": message[:MESSAGE_LENGTH_MAX]}
            for path, message in islice(refusals(error), ERRORS_MAX)
        ]
        raise Problem(422, "invalid", "The request is not valid; see `errors`.", errors=errors) from None
