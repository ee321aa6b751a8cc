"""What became of commands."""

from ingress.entries.entry import OWN, Answers, Entry, Form
from ingress.operations import PERMISSION, find
from schemas.views.operations import OperationView

FORM = Form(view=OperationView, parts=(find,))
ITS_OWN = Answers(
    "an operation of the caller's own", lambda parts: parts.operations.show, PERMISSION, about=OWN, form=FORM
)

ENTRIES = (Entry("GET", "/v1/operations/{id:uuid}/", ITS_OWN),)
