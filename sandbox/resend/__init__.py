"""Resend's send and retrieve, and an inbox to look at in a browser."""
