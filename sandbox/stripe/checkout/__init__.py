"""Hosted checkout: sessions, their pages, and what they lead to."""
