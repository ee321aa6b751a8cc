"""Captured money that goes back to whom it came from: asked for by us, made at the gateway, or paid out by hand."""
