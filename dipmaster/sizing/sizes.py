"""Components to sizes: the one product, and its parts as they are put on record."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

import numpy as np

from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.params.sizing import Sizing
from dipmaster.sizing.kelly import compute_kelly_frac
from dipmaster.sizing.outcomes import KnownOutcomes
from dipmaster.sizing.payoff import Payoffs, estimate_payoffs
from dipmaster.sizing.recalibration import WinProbabilities, fit_recalibration
from dipmaster.sizing.volatility import annualise_daily, compute_volatility_scalar


@dataclass(frozen=True)
class SizingFeatures:
    """What is known at the close of each signal's bar; shape (orders,), NaN where it is not.

    Attributes
    ----------
    decided_ms
        That close.
    regime
        0 low, 1 normal, 2 high, -1 not known.
    regime_factor, spillover_factor, intraday_factor
        Of table VOLATILITY, at the signal's own bar.
    """

    decided_ms: Ints
    confidence: Floats
    regime: Ints
    forecast_daily_frac: Floats
    regime_factor: Floats
    spillover_factor: Floats
    intraday_factor: Floats


@dataclass(frozen=True)
class SizeComponents:
    """What a size is made of; shape (orders,).

    Attributes
    ----------
    p, payoff
        NaN where too few outcomes were known.
    p_outcomes, payoff_outcomes
        Outcomes behind them.
    forecast_annual_frac
        Forecast of volatility; NaN where there is none.
    vol_scalar, regime_factor, spillover_factor, intraday_factor
        Never NaN.
    """

    p: Floats
    p_outcomes: Floats
    payoff: Floats
    payoff_outcomes: Floats
    forecast_annual_frac: Floats
    vol_scalar: Floats
    regime_factor: Floats
    spillover_factor: Floats
    intraday_factor: Floats

    @property
    def factor(self) -> Floats:
        """Product of the scalar and the three factors, always in this order."""
        return self.vol_scalar * self.regime_factor * self.spillover_factor * self.intraday_factor


@dataclass(frozen=True)
class Sizes:
    """Sizes and their components; shape (orders,).

    Attributes
    ----------
    size_frac
        Reference notional / equity asked for, before the account's caps; 0: no bet.
    kelly
        NaN where it is not known.
    components
        NaN in rows that are sized as in the phase before.
    """

    size_frac: Floats
    kelly: Floats
    components: SizeComponents

    @property
    def fallback(self) -> Bools:
        """Rows without a size of their own: they have that of the phase before."""
        return np.isnan(self.components.vol_scalar)

    def columns(self) -> Mapping[str, Floats]:
        """As the ledger has them, by name."""
        named = {f.name: getattr(self.components, f.name) for f in fields(self.components)}
        return {"size_frac": self.size_frac, "kelly": self.kelly, **named}


def measure_components(
    features: SizingFeatures, outcomes: KnownOutcomes, refits_ms: Ints, params: Sizing
) -> SizeComponents:
    """Every component at every signal's close.

    Parameters
    ----------
    outcomes
        Of all scored candidates under the exits that the orders will have, each followed
        alone. Those that had not ended by a signal's close play no part in its size.
    refits_ms
        Dates on which the win probability is recalibrated.
    """
    least = params.min_outcomes
    recalibrated = fit_recalibration(outcomes, refits_ms, least).predict(
        features.confidence, features.decided_ms
    )
    payoffs = estimate_payoffs(
        outcomes, features.decided_ms, features.regime, least, params.prior_outcomes
    )
    return put_components(features, recalibrated, payoffs, params)


def put_components(
    features: SizingFeatures, recalibrated: WinProbabilities, payoffs: Payoffs, params: Sizing
) -> SizeComponents:
    """What is known of each order, with what stands for a value that is missing."""

    def known(factor: Floats) -> Floats:
        return np.where(np.isnan(factor), params.unknown_factor, factor)

    return SizeComponents(
        recalibrated.p,
        recalibrated.outcomes.astype(np.float64),
        payoffs.payoff,
        payoffs.outcomes.astype(np.float64),
        annualise_daily(features.forecast_daily_frac),
        compute_volatility_scalar(features.forecast_daily_frac, params),
        known(features.regime_factor),
        known(features.spillover_factor),
        known(features.intraday_factor),
    )


def combine(components: SizeComponents, before_frac: Floats, params: Sizing) -> Sizes:
    """Sizes by the rule of `params`.

    kelly: Kelly fraction x scalar x factors; where p or b is not known the size of the phase
    before. inverse_volatility: the size of the phase before x scalar x factors. fixed: that size.

    Parameters
    ----------
    before_frac
        Shape (orders,), sizes of the phase before.
    """
    kelly = compute_kelly_frac(components.p, components.payoff, params.kelly_share_frac)
    if params.rule == "inverse_volatility":
        nothing = np.full(kelly.size, np.nan)
        unused = replace(components, p=nothing, payoff=nothing, p_outcomes=nothing,
                         payoff_outcomes=nothing)  # fmt: skip
        return Sizes(before_frac * components.factor, nothing, unused)
    by_kelly = ~np.isnan(kelly) & (params.rule == "kelly")
    used = {
        f.name: np.where(by_kelly, getattr(components, f.name), np.nan) for f in fields(components)
    }
    size = np.where(by_kelly, np.where(by_kelly, kelly, 0.0) * components.factor, before_frac)
    return Sizes(size, np.where(by_kelly, kelly, np.nan), SizeComponents(**used))
