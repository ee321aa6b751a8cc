"""Facts become documents: an invoice PDF and the e-mails that carry it. Knows no database, no vendor and no clock."""
