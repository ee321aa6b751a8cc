"""The billing portal."""
