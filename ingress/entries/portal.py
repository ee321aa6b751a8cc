"""The portal: who is let in."""

from ingress.entries.entry import Entry, OpensPortal
from schemas.commands.portal import StartPortalSession

ENTRIES = (Entry("POST", "/v1/portal/sessions/", OpensPortal(StartPortalSession)),)
