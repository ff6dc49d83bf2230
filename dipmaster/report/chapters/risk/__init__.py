"""Drawdowns, tail risk, exposure, concentration and the worst trades to one page."""
