"""`fairscale.nn`, as far as models of one device need it."""
