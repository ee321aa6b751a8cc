"""Test clocks."""
