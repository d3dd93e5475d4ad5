"""torch's place for the gradient contexts."""

from .._ops.autograd_mode import exported as _modes

globals().update(_modes)
_DecoratorContextManager = type("_DecoratorContextManager", (), {"__enter__": lambda self: None, "__exit__": lambda self, *reason: None})
