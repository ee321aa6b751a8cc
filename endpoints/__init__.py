"""The product's own endpoints, over HTTP: where they may be, what is signed, and a request with bounds to all of it."""
