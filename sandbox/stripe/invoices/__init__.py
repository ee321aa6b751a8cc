"""Invoices: their lines, life and payment."""
