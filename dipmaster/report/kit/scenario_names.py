"""What stress scenarios are called in print."""

from collections.abc import Mapping

from dipmaster.report.kit import numbers
from dipmaster.results.stress import UNTOUCHED

SCENARIOS: Mapping[str, str] = {
    UNTOUCHED: "No shock",
    "market_crash": "Market crash as written",
    "market_crash_scaled": "Market crash, scaled",
    "volatility_spike": "Volatility spike as written",
    "volatility_spike_scaled": "Volatility spike, scaled",
    "correlation_breakdown": "Correlation breakdown",
    "liquidity_drought": "Liquidity drought",
    "outage": "Exchange outage",
    "outage_crash": "Crash during an outage",
    "flash_crash": "Flash crash and rebound",
    "delisting": "Delisting of one coin",
    "stale_prices": "Stale prices",
    "fees_raised": "Higher fees",
    "worst_days": "Replay of the worst days",
}


def name_scenario(scenario: str) -> str:
    """A scenario as the head of a row."""
    return SCENARIOS.get(scenario, numbers.capital(numbers.spaced(scenario)))
