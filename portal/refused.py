"""What a page is refused with, in words for whoever looks at it."""

from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode

# where somebody shows that it is them, and what its address says of where they go then
PROOF, BACK = "/proof", "back"


class Refused(Exception):
    """An answer that is no page of theirs: shown in the frame, with a way back. The words are catalogue keys."""

    def __init__(
        self, status: int, title: str, text: str, *, signs_in_at: str = "", retry_after_seconds: int = 0
    ) -> None:
        super().__init__(f"{status}: {title}")
        self.status = status
        self.title = title
        self.text = text
        self.signs_in_at = signs_in_at
        self.retry_after_seconds = retry_after_seconds


class ProofNeeded(Exception):
    """Of who has to show again that it is them. It is no page: they are led to where that is done.

    `back` is a page to which they are led then, unless what they sent is kept.
    """

    def __init__(self, back: str) -> None:
        super().__init__(f"first a proof, then {back}")
        self.path = f"{PROOF}?{urlencode({BACK: back})}"


def not_found() -> Refused:
    """Of what is not there, and of what is another's."""
    return Refused(HTTPStatus.NOT_FOUND, "Not found", "There is nothing under this address.")


def signed_out() -> Refused:
    """Of who is nobody here, or no more."""
    text = "You are signed out, or were away for too long. Sign in by mail, or open this page from your product again."
    return Refused(HTTPStatus.UNAUTHORIZED, "Please sign in again", text, signs_in_at="/sign-in")


def not_permitted(text: str = "") -> Refused:
    """Of who is somebody, and may not."""
    return Refused(HTTPStatus.FORBIDDEN, "Not for your role", text or FOR_CUSTOMERS.not_permitted)


@dataclass(frozen=True, slots=True)
class Wording:
    """What differs between who pays and who is of the company; all are catalogue keys."""

    back: str
    not_permitted: str


FOR_CUSTOMERS = Wording(
    "Back to your account", "Your role does not allow this. Ask an owner or the billing contact of your account."
)
FOR_STAFF = Wording("Back to the console", "Your role does not allow this.")
