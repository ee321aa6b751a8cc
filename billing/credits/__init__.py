"""Prepaid credits: granted once per cause, consumed oldest expiry first, never negative."""
