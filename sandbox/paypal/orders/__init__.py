"""Orders: what a buyer is asked to pay, approves on a page, and the seller then captures."""
