"""Predictions and outcomes to figures: how good, and how sure we are of it.

Every figure is a `Statistic`: a function of how often each row is counted, on data
sorted once, so that a thousand resamples cost little. `block_intervals` resamples
calendar blocks, for an `EvaluationSample` and for whoever has blocks. A figure that
cannot be computed is None, with the reason.
"""
