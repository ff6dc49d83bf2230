"""The phases under other costs, thresholds and sizes."""

from dipmaster.sensitivity.run import measure_sensitivity

__all__ = ["measure_sensitivity"]
