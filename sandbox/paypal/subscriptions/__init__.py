"""Subscriptions: PayPal bills its plans by itself, by the clock, and tries again by its own rules."""
