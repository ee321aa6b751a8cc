"""Asks a running Cashbeat, by its own document, for everything that the document allows, and for what it forbids."""
