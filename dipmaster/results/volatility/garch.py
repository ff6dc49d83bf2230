"""The GARCH fits of each coin."""

from dataclasses import dataclass
from typing import Annotated

from dipmaster.results.fields import BY_REASON, MEASURED, UNMEASURED


@dataclass(frozen=True, slots=True, kw_only=True)
class GarchFit:
    """The last fit of a coin, as the reference library describes it at our parameters.

    Attributes
    ----------
    fitted_at_ms
        Open time of the bar before which the window ends.
    returns
        In the window.
    omega, alpha, beta
        Of returns in percent, season taken out.
    nu
        Degrees of freedom; None under normal innovations.
    log_likelihood, kernel_log_likelihood
        The reference library's, and ours.
    summary
        Its tables, as text.
    """

    fitted_at_ms: int
    returns: int
    omega: float
    alpha: float
    beta: float
    nu: float | None
    log_likelihood: float
    kernel_log_likelihood: float
    aic: float
    bic: float
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoGarchFit:
    """Why a coin has no fit."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CoinGarch:
    """The GARCH fits of one coin.

    Attributes
    ----------
    fits, not_converged, integrated
        Refits, and how many of them did not converge or have alpha + beta = 1.
    median_confidence
        Of the forecasts; None where there is none.
    """

    fits: int
    not_converged: int
    integrated: int
    median_confidence: float | None
    last_window: Annotated[
        Annotated[GarchFit, MEASURED] | Annotated[NoGarchFit, UNMEASURED], BY_REASON
    ]
