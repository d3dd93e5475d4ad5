"""Families of `torch.nn.functional`; each function records one call."""
