"""Gateway events and objects in our words. Vendor names end at the gateways' door."""
