"""Saved wallets: a buyer agrees once, and is charged later without being there."""
