"""Distributions, by their shapes of batch and event."""

from __future__ import annotations

from typing import Any

from .._meta import dtype as d
from .._meta.shape import broadcast_all
from .._ops.registry import make
from .._tensor import Size, Tensor, fresh


class Distribution:
    """Parameters by keyword or in order; those that are tensors broadcast to the shape of the batch."""

    arg_constraints: dict = {}
    has_rsample = True
    _event_rank = 0
    _names: tuple = ()

    def __init__(self, *args: Any, validate_args: Any = None, **options: Any) -> None:
        given = {**dict(zip(self._names, args)), **options}
        self.__dict__.update(given)
        self._tensors = tuple(item for item in given.values() if isinstance(item, Tensor))
        shape = broadcast_all(item._shape for item in self._tensors)
        cut = len(shape) - self._event_rank
        self._batch_shape, self._event_shape = Size(shape[:cut]), Size(shape[cut:])

    batch_shape = property(lambda self: self._batch_shape)
    event_shape = property(lambda self: self._event_shape)

    def _kind(self) -> d.dtype:
        return self._tensors[0].dtype if self._tensors else d.default.floating

    def _make(self, name: str, shape: tuple, *more: Any) -> Tensor:
        inputs = (*more, *self._tensors)
        return make(f"distribution_{name}", tuple(shape), self._kind(), inputs) if inputs else fresh(tuple(shape), self._kind())

    def sample(self, sample_shape: Any = ()) -> Tensor:
        return self._make("sample", (*sample_shape, *self._batch_shape, *self._event_shape))

    rsample = sample

    def sample_n(self, n: int) -> Tensor:
        return self.sample((n,))

    def log_prob(self, value: Tensor) -> Tensor:
        shape = broadcast_all([value._shape, tuple(self._batch_shape) + tuple(self._event_shape)])
        return self._make("log_prob", shape[: len(shape) - len(self._event_shape)], value)

    cdf = icdf = log_prob

    def entropy(self) -> Tensor:
        return self._make("entropy", self._batch_shape)

    @property
    def mean(self) -> Tensor:
        return self._make("mean", (*self._batch_shape, *self._event_shape))

    mode = variance = stddev = mean

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        return self


ExponentialFamily = Distribution


def _define(name: str, *names: str, rank: int = 0, base: type = Distribution) -> type:
    return type(name, (base,), {"_names": names, "_event_rank": rank, "__module__": "torch.distributions"})


class Categorical(Distribution):
    """The last dimension of its parameters counts the classes."""

    _names = ("probs", "logits")

    def __init__(self, probs: Any = None, logits: Any = None, validate_args: Any = None) -> None:
        super().__init__(probs if probs is not None else logits)
        table = probs if probs is not None else logits
        self.probs = self.logits = table
        self._batch_shape, self._event_shape = Size(table._shape[:-1]), Size(())

    def sample(self, sample_shape: Any = ()) -> Tensor:
        return make("distribution_sample", (*sample_shape, *self._batch_shape), d.int64, self._tensors)


class Independent(Distribution):
    def __init__(self, base_distribution: Any, reinterpreted_batch_ndims: int, validate_args: Any = None) -> None:
        super().__init__()
        self.base_dist = base_distribution
        self._tensors = base_distribution._tensors
        shape = tuple(base_distribution._batch_shape)
        cut = len(shape) - reinterpreted_batch_ndims
        self._batch_shape, self._event_shape = Size(shape[:cut]), Size(shape[cut:] + tuple(base_distribution._event_shape))


class TransformedDistribution(Independent):
    def __init__(self, base_distribution: Any, transforms: Any, validate_args: Any = None) -> None:
        super().__init__(base_distribution, 0)


class MixtureSameFamily(Independent):
    def __init__(self, mixture_distribution: Any, component_distribution: Any, validate_args: Any = None) -> None:
        super().__init__(component_distribution, 0)
        self._batch_shape = Size(tuple(component_distribution._batch_shape)[:-1])


class MultivariateNormal(Distribution):
    def __init__(self, loc: Tensor, covariance_matrix: Any = None, precision_matrix: Any = None, scale_tril: Any = None, validate_args: Any = None) -> None:
        super().__init__()
        self.loc = loc
        self._tensors = (loc,)
        self._batch_shape, self._event_shape = Size(loc._shape[:-1]), Size(loc._shape[-1:])


LowRankMultivariateNormal = MultivariateNormal
Normal, Laplace, Cauchy = _define("Normal", "loc", "scale"), _define("Laplace", "loc", "scale"), _define("Cauchy", "loc", "scale")
Gumbel, LogNormal, VonMises = _define("Gumbel", "loc", "scale"), _define("LogNormal", "loc", "scale"), _define("VonMises", "loc", "concentration")
Uniform, Beta, Gamma = _define("Uniform", "low", "high"), _define("Beta", "concentration1", "concentration0"), _define("Gamma", "concentration", "rate")
Bernoulli, ContinuousBernoulli, Geometric = _define("Bernoulli", "probs", "logits"), _define("ContinuousBernoulli", "probs", "logits"), _define("Geometric", "probs", "logits")
Binomial, NegativeBinomial = _define("Binomial", "total_count", "probs", "logits"), _define("NegativeBinomial", "total_count", "probs", "logits")
Exponential, Poisson, Chi2, HalfNormal = _define("Exponential", "rate"), _define("Poisson", "rate"), _define("Chi2", "df"), _define("HalfNormal", "scale")
StudentT, Pareto, Weibull = _define("StudentT", "df", "loc", "scale"), _define("Pareto", "scale", "alpha"), _define("Weibull", "scale", "concentration")
Dirichlet = _define("Dirichlet", "concentration", rank=1)
OneHotCategorical = _define("OneHotCategorical", "probs", "logits", rank=1)
OneHotCategoricalStraightThrough = _define("OneHotCategoricalStraightThrough", "probs", "logits", rank=1)
Multinomial = _define("Multinomial", "total_count", "probs", "logits", rank=1)
LogisticNormal = _define("LogisticNormal", "loc", "scale", rank=1)
RelaxedBernoulli = _define("RelaxedBernoulli", "temperature", "probs", "logits")
RelaxedOneHotCategorical = _define("RelaxedOneHotCategorical", "temperature", "probs", "logits", rank=1)
