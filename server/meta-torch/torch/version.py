"""The version whose surface this package has."""

__version__ = "2.9.1"
debug = False
cuda = None
hip = None
xpu = None
git_version = "unknown"
