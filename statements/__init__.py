"""Files of banks: CAMT.053, MT940 and CSV, each read into the same lines. Nothing here knows the books."""
