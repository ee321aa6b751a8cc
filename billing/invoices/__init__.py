"""Invoices: drafted, issued with a gapless number, settled or voided."""
