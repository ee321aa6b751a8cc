"""What became of commands."""

from ingress.entries.entry import Answers, Entry
from ingress.operations import PERMISSION

OWN = Answers("an operation of the caller's own", lambda parts: parts.operations.show, PERMISSION)

ENTRIES = (Entry("GET", "/v1/operations/{id:uuid}/", OWN),)
