"""Mails to people that the product has sent."""

from ingress.entries.entry import Entry, Says
from schemas.commands.mails import SendEmailVerification, SendInvitation, SendPasswordReset, SendWelcome

ROOT = "/v1/mails/"

ENTRIES = (
    Entry("POST", f"{ROOT}welcome/", Says(SendWelcome)),
    Entry("POST", f"{ROOT}email-verification/", Says(SendEmailVerification)),
    Entry("POST", f"{ROOT}password-reset/", Says(SendPasswordReset)),
    Entry("POST", f"{ROOT}invitation/", Says(SendInvitation)),
)
