"""Disputes: a buyer wants a payment back, at PayPal or at the bank."""
