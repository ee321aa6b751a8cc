"""Resend's room: e-mail goes out here."""
