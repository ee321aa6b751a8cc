"""Test clocks: accounts whose time an operator turns."""
