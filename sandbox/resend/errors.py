"""Resend's errors (https://resend.com/docs/api-reference/errors)."""

from sandbox.json_types import JsonObject


class ResendError(Exception):
    """An answer other than 200: a status, a snake_case name and a sentence. None of them is kept under a key."""

    def __init__(self, status: int, name: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.name = name
        self.message = message

    def body(self) -> JsonObject:
        """As it travels."""
        return {"statusCode": self.status, "name": self.name, "message": self.message}


def missing_field(name: str) -> ResendError:
    """422"""
    return ResendError(422, "missing_required_field", f"Missing `{name}` field.")


def invalid_field(name: str, message: str) -> ResendError:
    """422"""
    return ResendError(422, "validation_error", f"Invalid `{name}` field. {message}")
