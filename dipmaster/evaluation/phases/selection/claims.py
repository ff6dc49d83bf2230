"""What the roadmap claims of phase 1, line by line, and what was measured.

Met where the whole interval meets the claim, not met where the whole interval misses
it, inconclusive between the two, insufficient data where nothing can be computed or the
minimum data of the gates lacks. A claim "3 to 5 points more" is met from 3 on; a claim "25 to 30 %
fewer" only between the two.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from dipmaster.core.params import Gates
from dipmaster.core.params.roadmap import (
    REGIME_ACCURACY_FRAC,
    SIGNAL_TARGETS,
    WIN_RATE_RANGE_FRAC,
)
from dipmaster.evaluation.claims import INCONCLUSIVE, INSUFFICIENT, MET, NOT_MET, Claim
from dipmaster.evaluation.phases.selection.calibration_claim import measure_calibration_claim
from dipmaster.evaluation.phases.selection.signals.by_regime import HETEROGENEOUS
from dipmaster.learning.evaluation.minimum_data import describe_shortage
from dipmaster.results.common import Interval
from dipmaster.results.confidence.calibration import CalibrationGate
from dipmaster.results.evaluation.claims import ClaimUnit, RoadmapClaim
from dipmaster.results.evaluation.differences import PhaseComparison
from dipmaster.results.evaluation.signal_quality import PairedChange, RegimeWinRate, SignalQuality
from dipmaster.results.volatility.regimes import (
    DetectorResults,
    NothingToCompare,
    RegimeAccuracy,
    RegimeResults,
    RegimesNotJudged,
)


def measure_claims(
    change: PhaseComparison,
    quality: SignalQuality,
    regimes: RegimeResults | RegimesNotJudged,
    calibration: Mapping[str, CalibrationGate],
    too_small: str,
    blocks: int,
    gates: Gates,
) -> tuple[RoadmapClaim, ...]:
    """The lines of phase 1.

    Parameters
    ----------
    change
        Phase 1 against phase 0.
    regimes, calibration
        What the stages volatility and confidence measured.
    too_small
        Why nothing may be concluded from the trades of phases 0 and 1; empty where
        something may.
    blocks
        Calendar blocks out of sample.
    gates
        The minimum data: recall and F1 need as many profitable candidates, in as many
        blocks, as a gate needs trades; regimes as many blocks and spells of one state.
    """
    return (
        *_confidence(change, quality, too_small),
        _regime_accuracy(regimes, blocks, gates),
        measure_calibration_claim(calibration),
        _stable(quality, too_small),
        *_validator(quality, too_small, gates),
    )


def _confidence(
    change: PhaseComparison, quality: SignalQuality, too_small: str
) -> tuple[RoadmapClaim, ...]:
    """Section 1.1; section 1.2 claims nothing of its own."""
    traded, precision = quality.n_traded, quality.paired.precision_change
    beside = _false_signals(quality.false_positive_rate.value)
    more = Claim("1.1.win_rate", "1.1", "win rate +3 to +5 points", (0.03, 0.05), "points")
    volume = Claim("1.1.trades", "1.1", "25 to 30 % fewer trades", (-0.30, -0.25), "frac")
    precise = Claim("1.1.precision", "1.1", "signal precision 85 % or more", 0.85, "frac")
    false = Claim("1.1.false_signals", "1.1", "fewer false signals", 0.0, "points")
    return (
        more.at_least(change.win_rate, traded, too_small, _volume(change.trades_frac.value)),
        volume.between(change.trades_frac, traded, too_small),
        precise.at_least(quality.precision, traded, too_small),
        false.below(_turned(precision), traded, too_small, beside),
    )


def _volume(change: float | None) -> str:
    """A higher win rate on a few trades is not the claim: the line says how few."""
    if change is None:
        return ""
    if change == 0:
        return "with the same number of trades"
    return f"with {100 * abs(change):.0f} % {'fewer' if change < 0 else 'more'} trades"


def _false_signals(traded_frac: float | None) -> str:
    """Any filter that trades less trades fewer of them: only their share among trades can judge."""
    rate = "-" if traded_frac is None else f"{100 * traded_frac:.1f} %"
    return (
        "share not won, traded minus all candidates: the change in precision with the opposite "
        f"sign. {rate} of all candidates not won are traded, but any filter that trades less "
        "lowers that"
    )


def _turned(change: PairedChange) -> Interval:
    """With the other sign."""
    value, low, high = (None if x is None else -x for x in (change.value, change.high, change.low))
    return Interval(value, low, high, change.reason)


def _regime_accuracy(
    regimes: RegimeResults | RegimesNotJudged, blocks: int, gates: Gates
) -> RoadmapClaim:
    """Against the coin's own latent state where it is known; a proxy is never accuracy.

    Bars of one spell are no new evidence: as many spells are needed as blocks.
    """
    words = "regime detection accuracy above 90 %"
    claim = Claim("1.3.accuracy", "1.3", words, REGIME_ACCURACY_FRAC, "frac")
    if isinstance(regimes, RegimesNotJudged):
        return claim.insufficient(regimes.reason)
    detector: DetectorResults = getattr(regimes, regimes.detector_used)
    coins, market = detector.coin_truth, detector.market_truth
    if coins is None:
        return claim.insufficient(
            "real bars have no known true regime: only a proxy can be computed, the class of the "
            f"next 24 hours' realised volatility; it is not accuracy{_proxy(detector)}"
        )
    if isinstance(coins, NothingToCompare):
        return claim.insufficient(coins.reason)
    against_market = _percent(market.accuracy.value) if isinstance(market, RegimeAccuracy) else "-"
    beside = (
        f"against each coin's latent state; against the market's state {against_market}; "
        f"n counts spells of one market state, in {coins.bars:,} bars of all coins"
    )
    spells = regimes.episodes or 0
    few = describe_shortage(
        (blocks, gates.blocks_needed, "blocks out of sample"),
        (spells, gates.blocks_needed, "spells of one market state"),
    )
    measured = claim.at_least(coins.accuracy, spells, few, beside)
    return replace(measured, n_bars=coins.bars)


def _proxy(detector: DetectorResults) -> str:
    proxy = detector.proxy
    if isinstance(proxy, NothingToCompare) or proxy.accuracy.value is None:
        return ""
    return f"; proxy accuracy {_percent(proxy.accuracy.value)}"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f} %"


def _stable(quality: SignalQuality, too_small: str) -> RoadmapClaim:
    """No difference found proves nothing: met only where the possible spread is small.

    The largest difference the intervals allow has to lie within what the roadmap wants
    phase 1 to add to the win rate.
    """
    words = "stable win rates across volatility regimes"
    claim = Claim("1.3.stable", "1.3", words, WIN_RATE_RANGE_FRAC, "points")
    rows = [row for row in quality.win_rate_by_regime if row.win_rate is not None]
    rates = [row.win_rate for row in rows if row.win_rate is not None]
    n = sum(row.n for row in rows)
    if len(rows) < 2:
        return claim.insufficient("fewer than two regimes were traded", n)
    apart, test = max(rates) - min(rates), quality.heterogeneity
    observed = Interval(apart, None, None)
    if too_small or test.verdict is None:
        return claim.record(observed, n, INSUFFICIENT, too_small or test.reason)
    if test.verdict == HETEROGENEOUS:
        why = f"win rates differ between regimes, p = {test.p:.2g}"
        return claim.record(observed, n, NOT_MET, why)
    most = _possible(rows)
    spread = Interval(apart, None, most)
    if most is not None and most <= WIN_RATE_RANGE_FRAC:
        return claim.record(
            spread, n, MET, "the largest difference that the intervals allow is small"
        )
    could = "any" if most is None else f"up to {100 * most:.0f} points"
    why = (
        f"no difference is significant, p = {test.p:.2g}, but the test has little power with so "
        f"few trades: {could} of difference is consistent with the data"
    )
    return claim.record(spread, n, INCONCLUSIVE, why)


def _possible(rows: Sequence[RegimeWinRate]) -> float | None:
    """Largest difference of win rates that the intervals of the regimes allow."""
    bounds = [
        (row.low, row.win_rate, row.high)
        for row in rows
        if row.low is not None and row.win_rate is not None and row.high is not None
    ]
    if len(bounds) < len(rows):
        return None
    return max(_at_most(one, other) for one in bounds for other in bounds if one is not other)


def _at_most(one: tuple[float, float, float], other: tuple[float, float, float]) -> float:
    """Upper bound of one win rate minus another, as if they were independent."""
    above, below = one[2] - one[1], other[1] - other[0]
    return float(one[1] - other[1] + math.hypot(above, below))


def _validator(quality: SignalQuality, too_small: str, gates: Gates) -> tuple[RoadmapClaim, ...]:
    """SignalQualityValidator: its targets, and that two of them contradict a third."""
    traded, positive = quality.n_traded, quality.n_positive
    few = describe_shortage(
        (positive, gates.min_trades, "profitable candidates"),
        (quality.blocks_with_positives, gates.blocks_needed, "blocks with them"),
    )
    planted = None if quality.planted_recall is None else quality.planted_recall.value
    chance = "every profitable candidate counts, those that win by chance included"
    drops = (
        ""
        if planted is None
        else f"; of the drops with a built-in reversal {_percent(planted)} were traded"
    )
    clash = "the roadmap's own precision 0.85 and recall 0.75 give F1 = 0.797, below its 0.80"
    folds = sum(1 for fold in quality.consistency.folds if fold.n)
    return (
        _target("precision", "precision 0.85 or more").at_least(
            quality.precision, traded, too_small
        ),
        _target("recall", "recall 0.75 or more").at_least(
            quality.recall, positive, few, chance + drops
        ),
        _target("f1", "F1 score 0.80 or more", "ratio").at_least(quality.f1, positive, few, clash),
        _target("consistency", "consistency 0.90 or more", "ratio").at_least(
            quality.consistency,
            folds,
            too_small,
            "1 - spread of the monthly precision / its mean",
        ),
    )


def _target(name: str, words: str, unit: ClaimUnit = "frac") -> Claim:
    id_, section = f"validator.{name}", "SignalQualityValidator"
    return Claim(id_, section, words, SIGNAL_TARGETS[name], unit)
