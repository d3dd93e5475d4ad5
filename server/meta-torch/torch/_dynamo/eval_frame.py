"""The class of compiled modules; none is made."""

from ..nn.modules.module import Module


class OptimizedModule(Module):
    pass
