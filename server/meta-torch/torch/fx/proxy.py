"""Stand-ins of values of a graph that is not made: nothing is an instance."""


class Proxy:
    pass


class Attribute(Proxy):
    pass


class TraceError(ValueError):
    pass
