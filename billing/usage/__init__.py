"""Credits become fewer: used, expired or taken back, and what follows."""
