"""Quantised layers are not made."""
