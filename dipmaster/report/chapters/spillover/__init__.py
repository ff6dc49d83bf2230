"""Spillover of volatility between coins to tables and a chart."""
