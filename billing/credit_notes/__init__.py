"""Corrections of issued invoices: each a paper with a number of its own, which takes back what was billed."""
