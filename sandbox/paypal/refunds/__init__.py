"""Refunds of captures, and reversals by a bank."""
