"""What a mail to a person says besides its link."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PersonalFacts:
    """The link that the reader is to open is good for `valid_minutes` (None: as long as it is).

    `invited_by` and `team` are whose invitation it is, into what.
    """

    valid_minutes: int | None = None
    invited_by: str = ""
    team: str = ""
