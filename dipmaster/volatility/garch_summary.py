"""The last window as the reference library `arch` reports it: summary, AIC, BIC, likelihood."""

import numpy as np

from dipmaster.core.kernels import Floats
from dipmaster.core.params.volatility import Garch
from dipmaster.results.volatility.garch import GarchFit, NoGarchFit
from dipmaster.volatility.clock import GridClock
from dipmaster.volatility.garch import PERCENT, GarchPath, window_before
from dipmaster.volatility.garch_fit import ALPHA, BETA, LOG_LIKELIHOOD, NU, OMEGA


def summarize_last_window(
    returns: Floats, profile: Floats, clock: GridClock, path: GarchPath, params: Garch
) -> GarchFit | NoGarchFit:
    """The last fit of a coin as `arch` describes it, its parameters fixed at ours.

    `arch` searches nothing here: it evaluates its own likelihood at our optimum,
    so a difference between `log_likelihood` and `kernel_log_likelihood` would be an
    error in one of the two.

    Parameters
    ----------
    returns, profile, clock, path, params
        As given to and returned by `fit_rolling_garch`.

    Returns
    -------
    GarchFit or NoGarchFit
        The latter where the coin has no fit.
    """
    if not path.edges.size:
        return NoGarchFit(reason=f"fewer than {params.min_days} days of returns before every refit")
    from arch import arch_model

    season = profile[clock.day_index(), clock.season_cells()]
    window = window_before(PERCENT * returns / season, int(path.edges[-1]), params.window_days)
    distribution = "normal" if params.innovations == "normal" else "t"
    model = arch_model(window, mean="Zero", vol="GARCH", p=1, q=1, dist=distribution, rescale=False)
    row = path.fits[-1]
    theta = row[[OMEGA, ALPHA, BETA] + ([NU] if distribution == "t" else [])]
    result = model.fix(theta)
    parameter_count = theta.size
    return GarchFit(
        fitted_at_ms=int(clock.times_ms()[path.edges[-1]]),
        returns=int(window.size),
        omega=float(row[OMEGA]),
        alpha=float(row[ALPHA]),
        beta=float(row[BETA]),
        nu=float(row[NU]) if distribution == "t" else None,
        log_likelihood=float(result.loglikelihood),
        kernel_log_likelihood=float(row[LOG_LIKELIHOOD]),
        aic=float(2 * parameter_count - 2 * result.loglikelihood),
        bic=float(parameter_count * np.log(window.size) - 2 * result.loglikelihood),
        summary=_strip_notes(str(result.summary())),
    )


def _strip_notes(summary: str) -> str:
    """The tables, without the note below them (it describes a fit that did not happen here).

    Lines on date and time of the run go too: equal runs, equal bytes.
    """
    lines = [line.rstrip() for line in summary.splitlines()]
    last = max(i for i, line in enumerate(lines) if line and not line.strip("="))
    return "\n".join(line for line in lines[: last + 1] if not line.startswith(("Date:", "Time:")))
