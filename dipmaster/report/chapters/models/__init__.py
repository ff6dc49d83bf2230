"""Discrimination, calibration, regimes, volatility."""
