"""Subscriptions: a plan, a cycle, and what becomes of both."""
