"""The chapter on volatility: `view` gives the template all of it.

`forecasts` makes the rows and sentences on forecasts, `regimes` those on regimes, `tenths` the
points of the chart that holds forecasts against what came.
"""
