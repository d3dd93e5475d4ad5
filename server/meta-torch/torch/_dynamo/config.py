"""Settings that programs write."""

suppress_errors = False
cache_size_limit = 8
capture_scalar_outputs = False
