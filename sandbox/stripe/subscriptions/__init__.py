"""Subscriptions: their beginning, change, cycle and end."""
