"""Types of results with several parts."""

from ._ops.named import Pair

max = min = sort = topk = median = mode = kthvalue = cummax = cummin = Pair  # noqa: A001
