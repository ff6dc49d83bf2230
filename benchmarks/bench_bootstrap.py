"""Stationary bootstrap: our prefix-sum kernel beside arch, on one machine, interleaved.

``python -m benchmarks.bench_bootstrap``

10,000 resamples of the mean of 5,000 observations, runs of 50 on average. Only
the ratio carries over to other machines. The standard deviations stand beside,
because a fast kernel with correlated streams would be wrong.
"""

import time
from collections.abc import Callable

import numpy as np
from arch.bootstrap import StationaryBootstrap

from dipmaster.core.kernels import Floats
from dipmaster.evaluation.statistics.bootstrap import derive_stream_key, resample_sums

OBSERVATIONS, REPS, MEAN_BLOCK, ROUNDS = 5_000, 10_000, 50, 7
GOAL = 20.0


def make_series() -> Floats:
    """An autocorrelated series, the same on every run."""
    noise = np.random.default_rng(np.random.SeedSequence(7)).standard_normal(OBSERVATIONS)
    values = np.zeros(OBSERVATIONS)
    for i in range(1, OBSERVATIONS):
        values[i] = 0.5 * values[i - 1] + noise[i]
    return values


def resample_by_arch(values: Floats, number: int) -> Floats:
    """Resampled means by arch."""
    means = StationaryBootstrap(MEAN_BLOCK, values, seed=number).apply(np.mean, REPS)
    return np.asarray(means, dtype=np.float64).ravel()


def resample_by_kernel(values: Floats, number: int) -> Floats:
    """Resampled means by the project's kernel."""
    sums = resample_sums(values[:, None], REPS, MEAN_BLOCK, derive_stream_key(number))
    return sums[:, 0] / OBSERVATIONS


def time_and_sd(
    contender: Callable[[Floats, int], Floats], values: Floats, number: int
) -> tuple[float, float]:
    """Seconds, and the standard deviation of the resampled means."""
    started = time.perf_counter()
    means = contender(values, number)
    return time.perf_counter() - started, float(means.std(ddof=1))


def main() -> None:
    """Print medians, ratio and standard deviations."""
    values = make_series()
    resample_by_kernel(values[:100], 0)  # compile
    rounds = [
        (
            time_and_sd(resample_by_arch, values, number),
            time_and_sd(resample_by_kernel, values, number),
        )
        for number in range(ROUNDS)
    ]
    arch_rounds, kernel_rounds = (np.array([pair[side] for pair in rounds]) for side in (0, 1))
    seconds_arch, seconds_kernel = np.median(arch_rounds[:, 0]), np.median(kernel_rounds[:, 0])
    sd_difference = kernel_rounds[:, 1].mean() / arch_rounds[:, 1].mean() - 1.0
    print(f"stationary bootstrap, {REPS:,} resamples of {OBSERVATIONS:,}, median of {ROUNDS}")
    print(f"  arch    {seconds_arch:8.3f} s")
    print(f"  kernel  {seconds_kernel:8.3f} s")
    print(f"  ratio   {seconds_arch / seconds_kernel:8.1f} x   (goal {GOAL:.0f} x)")
    print(f"  standard deviation of the means: {100 * sd_difference:+.2f} % against arch")


if __name__ == "__main__":
    main()
