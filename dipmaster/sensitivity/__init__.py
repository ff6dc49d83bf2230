"""Completed phases to what they would be under other costs, thresholds, subsets and sizes.

Every figure is an account that the engine traded again on the same bars; nothing is scaled.
Models, scores and the sizes that follow from them stay as they were fitted.
"""

from dipmaster.sensitivity.run import measure_sensitivity

__all__ = ["measure_sensitivity"]
