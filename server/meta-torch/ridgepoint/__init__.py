"""What runs inside the engine besides the user's code: see `driver`."""
