"""Intraday patterns of volatility to tables and a chart."""
