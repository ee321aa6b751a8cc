"""Webhooks: to whom events are told, which were, and whether PayPal has signed one."""
