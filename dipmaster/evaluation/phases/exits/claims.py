"""What the roadmap claims of phase 2, line by line, and what was measured.

Profit factor: phase 2 against phase 1, each with its own account. Holding and capture:
the entries that both phases opened, each followed alone under both sets of exits.
"""

from collections.abc import Mapping
from typing import Any

from dipmaster.core.params.roadmap import HOLDING_BAND_MINUTES
from dipmaster.evaluation.claims import Claim
from dipmaster.evaluation.figures.breakdowns import Record

Json = Mapping[str, Any]
BAND = (float(HOLDING_BAND_MINUTES[0]), float(HOLDING_BAND_MINUTES[1]))
FACTOR = Claim("2.profit_factor", "2", "profit factor +80 %, from .77 to 1.4", 0.80, "frac", 2)
HOLDING = Claim("2.holding", "2", "held 45 to 120 minutes on average", BAND, "minutes", 2)
CAPTURE = Claim("2.capture", "2", "profit capture +40 %", 0.40, "frac", 2)


def measure_claims(difference: Json, exits: Json, trades: int, too_small: str) -> list[Record]:
    """The three lines of phase 2.

    Parameters
    ----------
    difference
        Phase 2 against phase 1, of `compare_phases`.
    exits
        Of `measure_exits`.
    trades
        Of phase 2, out of sample.
    too_small
        Why nothing may be concluded from the trades of phases 1 and 2; empty where
        something may.
    """
    factor = difference["profit_factor"]
    more = {**_more(factor["ratio"]), "reason": factor["reason"]}
    return [
        FACTOR.at_least(more, trades, too_small, "of phase 2 over phase 1"),
        _holding(exits["holding"], too_small),
        _capture(exits["capture"], too_small),
    ]


def _holding(holding: Json, too_small: str) -> Record:
    """Of the mean; how many trades lie in the band is another question, said beside."""
    minutes = holding["traded"]["after"]
    mean, inside = minutes["mean_minutes"], minutes["in_band_frac"]["value"]
    beside = "" if inside is None else f"{100 * inside:.0f} % of the trades lie in it"
    return HOLDING.between(mean, int(mean["n"]), too_small, beside)


def _capture(capture: Json, too_small: str) -> Record:
    traded = capture["traded"]
    shares = [traded[side] for side in ("before", "after")]
    beside = ""
    if None not in shares:
        before, after = (f"{100 * share:.1f} %" for share in shares)
        beside = (
            f"gross profit over the largest rise within {capture['horizon_bars']} bars: "
            f"{before} under phase 1's exits, {after} under phase 2's"
        )
    ratio = traded["ratio"]
    lacking = too_small or ratio["reason"]
    row = CAPTURE.at_least(_more(ratio), int(traded["n"]), lacking, beside)
    if row["value"] is None and beside:
        row["reason"] += f"; {beside}"
    return row


def _more(ratio: Json) -> Record:
    """A ratio as a fraction more."""
    less = {name: _minus_one(ratio[name]) for name in ("value", "low", "high")}
    return {**less, "reason": ratio.get("reason", "")}


def _minus_one(ratio: float | None) -> float | None:
    return None if ratio is None else ratio - 1.0
