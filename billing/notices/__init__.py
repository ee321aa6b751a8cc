"""Notices: what customers are told by e-mail, when, and whether it is still true when the mail is sent."""
