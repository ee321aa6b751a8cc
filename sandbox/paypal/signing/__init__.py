"""What PayPal signs its webhooks with: a certificate authority of this sandbox's own, and certificates under it."""
