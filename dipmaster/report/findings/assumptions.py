"""Assumptions that hold for every run, and gaps in what the bars contain."""

from dipmaster.report.findings.finding import Evidence
from dipmaster.report.inputs import ReportInputs


def full_fills(inputs: ReportInputs) -> Evidence:
    """Every order fills in full at the next open."""
    return {"slippage": inputs.params.execution.slippage_bps}


def fixed_spread(inputs: ReportInputs) -> Evidence | None:
    """A spread that the source does not have."""
    lacks = "half_spread_bps" in inputs.market.columns_left_out
    return {"half_spread": inputs.market.fallback_half_spread_bps} if lacks else None


def no_funding(inputs: ReportInputs) -> Evidence | None:
    """Recorded coins without a funding file."""
    coins = [symbol for symbol, charged in inputs.market.funding.items() if not charged]
    return {"coins": len(coins)} if coins and not inputs.simulated else None


def gaps_in_bars(inputs: ReportInputs) -> Evidence | None:
    """Bars missing, and rows left out."""
    coins = inputs.ingest.symbols.values()
    missing = sum(coin.gaps.missing_bars for coin in coins)
    dropped = sum(sum(coin.dropped_rows.values()) for coin in coins)
    return {"missing": missing, "dropped": dropped} if missing or dropped else None


def contradictory_baseline(inputs: ReportInputs) -> Evidence:
    """The roadmap's own starting point."""
    return {}


def untested_sensitivity(inputs: ReportInputs) -> Evidence:
    """Only thresholds downstream of every fit are varied, and orders do not react to shocks."""
    return {}
