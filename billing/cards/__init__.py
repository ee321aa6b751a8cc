"""Saved cards: what is charged while the customer is away."""
