"""What became of commands."""

from ingress.entries.entry import OWN, Answers, Entry
from ingress.operations import PERMISSION

ITS_OWN = Answers("an operation of the caller's own", lambda parts: parts.operations.show, PERMISSION, about=OWN)

ENTRIES = (Entry("GET", "/v1/operations/{id:uuid}/", ITS_OWN),)
