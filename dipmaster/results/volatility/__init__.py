"""volatility.json in parts: forecasts, GARCH fits, regimes, and the whole."""
