"""What every operator of the shape-only `torch` stands on: types, promotion, shapes, small values, the recorder."""
