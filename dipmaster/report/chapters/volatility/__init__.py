"""Forecasts of volatility, GARCH fits and regimes to a chapter."""
