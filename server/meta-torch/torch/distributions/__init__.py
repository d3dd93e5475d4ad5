"""Distributions: samples have shapes, densities follow their parameters by broadcasting."""

from . import constraints, distribution, kl, transforms, utils  # noqa: F401
from .distribution import (  # noqa: F401
    Bernoulli, Beta, Binomial, Categorical, Cauchy, Chi2, ContinuousBernoulli, Dirichlet, Distribution, Exponential,
    ExponentialFamily, Gamma, Geometric, Gumbel, HalfNormal, Independent, Laplace, LogisticNormal, LogNormal,
    LowRankMultivariateNormal, MixtureSameFamily, Multinomial, MultivariateNormal, NegativeBinomial, Normal,
    OneHotCategorical, OneHotCategoricalStraightThrough, Pareto, Poisson, RelaxedBernoulli, RelaxedOneHotCategorical,
    StudentT, TransformedDistribution, Uniform, VonMises, Weibull,
)
from .kl import kl_divergence, register_kl  # noqa: F401
