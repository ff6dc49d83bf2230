"""Names of the volatility forecasts in print."""

FORECASTS = {
    "garch": "GARCH(1,1)",
    "rv_ewma": "RV-EWMA",
    "har": "HAR",
    "range_har": "range-HAR",
    "har_range": "combined HAR",
}
