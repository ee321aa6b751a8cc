"""What is answered to whatever is refused."""

from pydantic import ConfigDict

from schemas.views.base import View


class InvalidFieldView(View):
    """What is wrong with one field."""

    field: str
    message: str


class ProblemView(View):
    """An error (RFC 9457). `type` ends with a word for programs, `detail` is one sentence for people.

    `errors` come with `invalid`, one for each field.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    type: str
    title: str
    status: int
    detail: str
    instance: str
    request_id: str
    errors: list[InvalidFieldView] | None = None
