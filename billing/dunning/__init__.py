"""Dunning: what happens when an invoice was not paid."""
