"""Automatic purchases of credits."""
