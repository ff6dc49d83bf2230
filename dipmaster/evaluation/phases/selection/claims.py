"""What the roadmap claims of phase 1, line by line, and what was measured.

Met where the whole interval keeps the claim, not met where the whole interval misses
it, inconclusive between the two and where nothing can be computed or the minimum data
of the gates lacks. A claim "3 to 5 points more" is met from 3 on; a claim "25 to 30 %
fewer" only between the two.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from dipmaster.core.params import Gates
from dipmaster.core.params.roadmap import (
    REGIME_ACCURACY_FRAC,
    SIGNAL_TARGETS,
    STABLE_WITHIN_FRAC,
)
from dipmaster.evaluation.claims import INCONCLUSIVE, MET, NOT_MET, Claim
from dipmaster.evaluation.figures.breakdowns import Record
from dipmaster.evaluation.phases.selection.calibration_claim import calibration_claim
from dipmaster.evaluation.phases.selection.signals.by_regime import DIFFER

Json = Mapping[str, Any]


def measure_claims(
    differences: Json,
    quality: Json,
    regimes: Json,
    calibration: Json,
    too_small: str,
    blocks: int,
    gates: Gates,
) -> list[Record]:
    """The lines of phase 1.

    Parameters
    ----------
    differences
        Phase 1 against phase 0, of `compare_phases`.
    quality
        Of `measure_signal_quality`.
    regimes
        Section `regimes` of the volatility stage's JSON.
    calibration
        Section `calibration_by_regime` of the confidence stage's JSON.
    too_small
        Why nothing may be concluded from the trades of phase 1; empty where something
        may.
    blocks
        Calendar blocks out of sample. What does not rest on trades needs as many as
        the gates do; recall and F1 as many profitable candidates as they need trades.
    """
    short = "" if blocks >= gates.min_blocks else f"insufficient: {blocks} blocks out of sample"
    return [
        *_confidence(differences, quality, too_small, short),
        _regime_accuracy(regimes, short),
        calibration_claim(calibration),
        _stable(quality, too_small),
        *_validator(quality, too_small, short, gates),
    ]


def _confidence(differences: Json, quality: Json, too_small: str, short: str) -> list[Record]:
    """Section 1.1; section 1.2 claims nothing of its own."""
    traded = int(quality["n_traded"])
    change = quality["paired"]["precision_change"]
    fewer = {name: _minus(change[at]) for name, at in _TURNED.items()}
    beside = _false_signals(quality["false_positive_rate"]["value"])
    more = Claim("1.1.win_rate", "1.1", "win rate +3 to +5 points", (0.03, 0.05), "points")
    volume = Claim("1.1.trades", "1.1", "25 to 30 % fewer trades", (-0.30, -0.25), "frac")
    precise = Claim("1.1.precision", "1.1", "signal precision 85 % or more", 0.85, "frac")
    false = Claim("1.1.false_signals", "1.1", "fewer false signals", 0.0, "points")
    return [
        more.at_least(differences["win_rate"], traded, too_small, _volume(differences)),
        volume.between(differences["trades_frac"], traded, short),
        precise.at_least(quality["precision"], traded, too_small),
        false.below({**fewer, "reason": change.get("reason", "")}, traded, too_small, beside),
    ]


def _volume(differences: Json) -> str:
    """A higher win rate on a few trades is not the claim: the line says how few."""
    change = differences["trades_frac"]["value"]
    if change is None:
        return ""
    if change == 0:
        return "with as many trades"
    return f"with {100 * abs(change):.0f} % {'fewer' if change < 0 else 'more'} trades"


def _false_signals(traded_losers: float | None) -> str:
    """Any filter that trades less trades fewer losers: only their share among trades can judge."""
    rate = "-" if traded_losers is None else f"{100 * traded_losers:.1f} %"
    return (
        "share of losers among those traded minus that among all: the same figure as the change "
        f"of precision, its sign turned. {rate} of all losers are traded, but any filter that "
        "trades less does that"
    )


_TURNED = {"value": "value", "low": "high", "high": "low"}


def _minus(number: float | None) -> float | None:
    return None if number is None else -number


def _regime_accuracy(regimes: Json, short: str) -> Record:
    """Against the coin's own latent state where it is known; a proxy is never accuracy."""
    words = "regime detection accuracy above 90 %"
    claim = Claim("1.3.accuracy", "1.3", words, REGIME_ACCURACY_FRAC, "frac")
    if "reason" in regimes:
        return claim.not_shown(regimes["reason"])
    accuracy = regimes[regimes["used"]]
    if "coin_truth" not in accuracy:
        near = accuracy["proxy"].get("accuracy", {}).get("value")
        beside = "" if near is None else f"; proxy accuracy {100 * near:.1f} %"
        return claim.not_shown(
            "real bars have no true regime: only a proxy can be computed, the class of the next "
            f"24 hours' realised volatility, and it is not accuracy{beside}"
        )
    coins = accuracy["coin_truth"]
    if "accuracy" not in coins:
        return claim.not_shown(coins["reason"])
    market = accuracy["market_truth"]["accuracy"]["value"]
    spells, bars = int(regimes["episodes"]), int(coins["bars"])
    beside = (
        f"against each coin's latent state; against the market's state {100 * market:.1f} %; "
        f"n counts spells of one market state, in {bars:,} bars of all coins"
    )
    return {**claim.at_least(coins["accuracy"], spells, short, beside), "n_bars": bars}


def _stable(quality: Json, too_small: str) -> Record:
    """No difference found proves nothing: met only where the possible spread is small.

    The largest difference the intervals allow has to lie within what the roadmap wants
    phase 1 to add to the win rate.
    """
    claim = Claim(
        "1.3.stable", "1.3", "stable win rates across volatility regimes", STABLE_WITHIN_FRAC,
        "points",
    )  # fmt: skip
    rows = [row for row in quality["win_rate_by_regime"] if row["win_rate"] is not None]
    n = sum(int(row["n"]) for row in rows)
    if len(rows) < 2:
        return claim.not_shown("fewer than two regimes were traded", n)
    rates = [row["win_rate"] for row in rows]
    spread: Record = {"value": max(rates) - min(rates), "low": None, "high": None}
    test = quality["heterogeneity"]
    if too_small or test["verdict"] is None:
        return claim.record(spread, n, INCONCLUSIVE, too_small or test["reason"])
    if test["verdict"] == DIFFER:
        why = f"win rates differ between regimes, p = {test['p']:.2g}"
        return claim.record(spread, n, NOT_MET, why)
    spread["high"] = _possible(rows)
    if spread["high"] is not None and spread["high"] <= STABLE_WITHIN_FRAC:
        return claim.record(spread, n, MET, "even the largest possible difference is small")
    could = "any" if spread["high"] is None else f"up to {100 * spread['high']:.0f} points"
    why = (
        f"no difference was found, p = {test['p']:.2g}, but with so few trades the test could "
        f"miss one: {could} of difference fits the data"
    )
    return claim.record(spread, n, INCONCLUSIVE, why)


def _possible(rows: Sequence[Json]) -> float | None:
    """Largest difference of win rates that the intervals of the regimes allow."""
    if any(row[side] is None for row in rows for side in ("low", "high")):
        return None
    apart = [_at_most(one, other) for one in rows for other in rows if one is not other]
    return max(apart)


def _at_most(one: Json, other: Json) -> float:
    """Upper bound of one win rate minus another, as if they were independent."""
    above, below = one["high"] - one["win_rate"], other["win_rate"] - other["low"]
    return float(one["win_rate"] - other["win_rate"] + math.hypot(above, below))


def _validator(quality: Json, too_small: str, short: str, gates: Gates) -> list[Record]:
    """SignalQualityValidator: its targets, and that two of them contradict a third."""
    traded, positive = int(quality["n_traded"]), int(quality["n_positive"])
    enough = positive >= gates.min_trades
    few = short if enough else f"insufficient: {positive} profitable candidates"
    section = "SignalQualityValidator"
    planted = (quality["planted_recall"] or {}).get("value")
    lucky = "every profitable candidate counts, lucky ones included"
    drops = "" if planted is None else f"; of the planted drops {100 * planted:.1f} % were traded"
    clash = "the roadmap's own precision .85 and recall .75 give F1 = .797, below its .80"
    steady = quality["consistency"]
    target = SIGNAL_TARGETS
    precision, recall, f1, same = (
        Claim(f"validator.{name}", section, words, target[name], unit)
        for name, words, unit in (
            ("precision", "precision .85 or more", "frac"),
            ("recall", "recall .75 or more", "frac"),
            ("f1", "F1 score .80 or more", "ratio"),
            ("consistency", "consistency .90 or more", "ratio"),
        )
    )
    folds = sum(1 for fold in steady["folds"] if fold["n"])
    return [
        precision.at_least(quality["precision"], traded, too_small),
        recall.at_least(quality["recall"], positive, few, lucky + drops),
        f1.at_least(quality["f1"], positive, few, clash),
        same.at_least(steady, folds, too_small, "1 - spread of precision between months / mean"),
    ]
