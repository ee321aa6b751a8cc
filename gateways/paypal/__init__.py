"""PayPal's room."""
