"""GARCH(1,1): our fit beside arch, on one machine, interleaved; only the ratios carry over.

``python -m benchmarks.bench_garch [FILE.parquet]``

A rolling year is 335 daily refits of 8,640 five-minute returns. Our side fits
all of them in every round; arch, far slower, fits every 28th window and is
scaled up, both with our model (mean zero) and as the roadmap calls it. Returns
are those of a simulated coin, or of the file named.
"""

import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from arch import arch_model

from dipmaster.core.kernels import Floats
from dipmaster.core.params.market import Informativeness, SimulatorParams
from dipmaster.market.simulator import simulate_market
from dipmaster.volatility.garch_fit import (
    ALPHA,
    FIT_SIZE,
    ITERATIONS,
    LOG_LIKELIHOOD,
    OMEGA,
    fit_garch,
)

WINDOW, STEP, REFITS, ROUNDS, SAMPLE = 8_640, 288, 335, 5, 28
SINGLE = 10_000
GOAL = 60.0
NO_FIT = np.full(FIT_SIZE, np.nan)


def load_returns(path: Path | None) -> Floats:
    """Returns in percent: of a file's closes, or of a simulated coin."""
    if path is not None:
        close = pd.read_parquet(path)["close"].to_numpy(dtype=np.float64)
    else:
        informativeness = Informativeness(bars=1.2, order_book=1.2, on_chain=2.4, sentiment=2.4)
        dials = SimulatorParams(
            seed=5,
            coins=1,
            days=366,
            start="2023-01-01",
            edge=0.8,
            reversion_rate=0.1,
            jumps_per_day=0.5,
            informativeness=informativeness,
        )
        close = next(iter(simulate_market(dials).bars.values()))["close"].to_numpy(dtype=np.float64)
    return np.asarray(100.0 * np.diff(np.log(close)))[: (REFITS - 1) * STEP + WINDOW]


def split_windows(returns: Floats) -> list[Floats]:
    """The windows of a rolling year."""
    starts = range(0, returns.size - WINDOW + 1, STEP)
    return [returns[start : start + WINDOW] for start in starts]


def fit_year(year_windows: list[Floats]) -> Floats:
    """Log-likelihood of each window, each refit started from the one before."""
    fits = np.empty((len(year_windows), FIT_SIZE))
    previous_fit = NO_FIT
    for row, window in zip(fits, year_windows, strict=True):
        fit_garch(window**2, False, previous_fit, 100, row)
        previous_fit = row
    return fits[:, LOG_LIKELIHOOD]


def fit_by_arch(window: Floats, mean: str = "Zero") -> tuple[float, Floats]:
    """Log-likelihood and parameters."""
    model = arch_model(window, mean=mean, vol="GARCH", p=1, q=1, rescale=False)
    result = model.fit(disp="off", show_warning=False)
    return float(result.loglikelihood), np.asarray(result.params)


def constrained_likelihood(window: Floats, theta: Floats) -> float:
    """Log-likelihood of arch's parameters put back into its own constraint.

    Its search may end with alpha + beta a few millionths above one: that is no
    GARCH process, and its likelihood no standard.
    """
    total = max(1.0, float(theta[1:].sum()) / (1.0 - 1e-10))
    constrained = np.array([theta[0], theta[1] / total, theta[2] / total])
    model = arch_model(window, mean="Zero", vol="GARCH", p=1, q=1, rescale=False)
    return float(model.fix(constrained).loglikelihood)


def time_call(work: object) -> float:
    """Seconds a call takes."""
    started = time.perf_counter()
    work()  # type: ignore[operator]
    return time.perf_counter() - started


def main() -> None:
    """Print medians, ratios and the difference of the likelihoods."""
    warnings.simplefilter("ignore")  # arch on its own trouble
    returns = load_returns(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    year_windows = split_windows(returns)
    sampled = year_windows[::SAMPLE]
    single = returns[:SINGLE]
    row = np.empty(FIT_SIZE)
    fit_garch(single**2, False, NO_FIT, 100, row)  # compile
    scale = len(year_windows) / len(sampled)
    timings: dict[str, list[float]] = {name: [] for name in ("own", "cold", "mean", "one", "arch")}
    for _ in range(ROUNDS):
        timings["own"].append(time_call(lambda: fit_year(year_windows)))
        timings["cold"].append(scale * time_call(lambda: [fit_by_arch(w) for w in sampled]))
        timings["mean"].append(
            scale * time_call(lambda: [fit_by_arch(w, "Constant") for w in sampled])
        )
        timings["one"].append(time_call(lambda: fit_garch(single**2, False, NO_FIT, 100, row)))
        timings["arch"].append(time_call(lambda: fit_by_arch(single)))
    medians = {name: float(np.median(values)) for name, values in timings.items()}
    our_likelihoods = fit_year(year_windows)[::SAMPLE]
    likelihood_gap = our_likelihoods - np.array(
        [constrained_likelihood(window, fit_by_arch(window)[1]) for window in sampled]
    )
    print(f"GARCH(1,1), median of {ROUNDS} rounds; the kernel's last fit ended at")
    print(f"  passes over the window {int(row[ITERATIONS])}")
    print(f"  omega, alpha, beta = {row[OMEGA : ALPHA + 2].round(5)}")
    print(
        f"rolling year, {len(year_windows)} refits of {WINDOW:,} "
        f"(arch: {len(sampled)} of them, scaled)"
    )
    print(f"  kernel              {medians['own']:8.3f} s")
    print(
        f"  arch                {medians['cold']:8.3f} s   "
        f"{medians['cold'] / medians['own']:6.1f} x"
        f"   (goal {GOAL:.0f} x)"
    )
    print(
        f"  arch, constant mean {medians['mean']:8.3f} s"
        f"   {medians['mean'] / medians['own']:6.1f} x   (as the roadmap calls it)"
    )
    print(f"one cold fit of {SINGLE:,}")
    print(f"  kernel              {1e3 * medians['one']:8.2f} ms")
    print(
        f"  arch                {1e3 * medians['arch']:8.2f} ms"
        f"  {medians['arch'] / medians['one']:6.1f} x"
    )
    print(
        f"log-likelihood, kernel minus arch: least {likelihood_gap.min():+.1e}, "
        f"most {likelihood_gap.max():+.1e}"
    )


if __name__ == "__main__":
    main()
