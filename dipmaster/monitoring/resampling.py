"""Counts of days to their sums in resampled runs of days."""

from dipmaster.core.kernels import Floats
from dipmaster.core.params.monitoring import Drift
from dipmaster.evaluation.statistics.bootstrap import derive_stream_key, resample_sums

MIN_BLOCKS = 3  # runs of days in what is resampled


def resample_days(counts: Floats, params: Drift, stream: tuple[int, ...]) -> Floats:
    """Column sums of resampled runs of `block_days`; a short window has `MIN_BLOCKS` runs still.

    Parameters
    ----------
    counts
        Shape (days, columns).
    stream
        Names the stream of random numbers.

    Returns
    -------
    Floats
        Shape (resamples, columns).
    """
    key = derive_stream_key(params.seed, *stream)
    run = max(1.0, min(float(params.block_days), counts.shape[0] / MIN_BLOCKS))
    return resample_sums(counts, params.bootstrap_reps, run, key)
