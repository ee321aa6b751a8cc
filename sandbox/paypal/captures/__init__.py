"""Captures: money taken for an approved order."""
