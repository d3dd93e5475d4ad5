"""Stands in where `regex` is not installed: the expressions of `re`."""

from re import *  # noqa: F401,F403
from re import Match, Pattern, compile  # noqa: A004, F401

V0 = V1 = 0
