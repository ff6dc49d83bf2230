"""Drawdowns, worst trades, exposure, concentration, value at risk."""
