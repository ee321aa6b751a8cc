"""What mails tell of an account itself."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class InvitationFacts:
    """`account` asks whoever reads it into its team as `role`, until `expires_at`, UTC.

    They answer at `join_url`. `invited_by` is the name of the member who asked, empty where nobody knows it.
    """

    account: str
    role: str
    join_url: str
    expires_at: datetime
    invited_by: str = ""


@dataclass(frozen=True, slots=True)
class SignInFacts:
    """`code` opens the portal in the browser that asked, `sign_in_url` in any; without one there is the code alone.

    Who `is_there` already shows by the code that it is them.
    """

    code: str
    sign_in_url: str
    code_minutes: int
    link_minutes: int
    is_there: bool = False


@dataclass(frozen=True, slots=True)
class EmailChangeFacts:
    """Another billing e-mail: `new_email` is used once `confirm_url` was opened, until `expires_at`, UTC.

    Without a `confirm_url` it was confirmed.
    """

    new_email: str
    confirm_url: str = ""
    expires_at: datetime | None = None
