"""Names that older code imports."""

import collections.abc as container_abcs  # noqa: F401
from math import inf, nan  # noqa: F401

string_classes = (str, bytes)
int_classes = int
PY3 = True
FileNotFoundError = FileNotFoundError  # noqa: A001
