"""Addresses to which no mail is sent any more."""
