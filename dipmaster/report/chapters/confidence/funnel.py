"""From candidates to trades: steps, checks and thresholds as tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dipmaster.report.kit import numbers
from dipmaster.report.kit.table import Column
from dipmaster.results.evaluation.funnel import (
    CheckAlone,
    ConfirmationSign,
    Funnel,
    FunnelStep,
    RegimeAdmission,
    StepAlone,
)

STEPS = {
    "candidates": "Candidates",
    "scored": "With a score",
    "threshold": "Confidence threshold",
    "checks": "Filter checks",
    "volatility": "Volatility limit",
    "confirmation": "Confirmation",
    "traded": "Traded",
}
CHECKS_IN_WORDS = {
    "volume": "Volume spike",
    "rsi": "RSI in its range",
    "news": "No news impact",
    "liquidity": "Sufficient liquidity",
}
CONDITIONS = {
    "rsi_dip": "RSI below its limit",
    "volume_spike": "Volume spike",
    "price_dip": "Close below its 20-bar average",
    "bb_position": "Close low in the Bollinger band",
    "ma_alignment": "Moving averages aligned",
    "trend_strength": "No strong downtrend",
    "support": "Close to support",
    "not_high_regime": "Volatility regime not high",
    "no_crash_24h": "No crash within 24 hours",
    "sma50_rising": "50-bar average rising",
}
FRAMES = {"5m": "5 minutes", "15m": "15 minutes", "1h": "1 hour"}


def in_words(words: Mapping[str, str], name: str) -> str:
    """A name of the code in print; its own words where there are no better ones."""
    return words.get(name, numbers.capital(numbers.spaced(name)))


@dataclass(frozen=True)
class FilterStep:
    """One step of the funnel.

    Attributes
    ----------
    row, whole
        Out of sample, and with the burn-in.
    before
        Candidates that reached the step.
    alone
        What it would do as the only step; None for the first and the last.
    """

    row: FunnelStep
    whole: FunnelStep
    before: int
    alone: StepAlone | None

    @property
    def name(self) -> str:
        """In print."""
        name = in_words(STEPS, self.row.step)
        return name if self.row.on else f"{name} (off)"

    @property
    def survival_frac(self) -> float | None:
        """Share of the candidates that reached the step and passed it."""
        return self.row.left / self.before if self.before else None


def steps(funnel: Funnel) -> list[FilterStep]:
    """The funnel in order."""
    whole = {row.step: row for row in funnel.burn_in_included}
    alone = {row.step: row for row in funnel.single_steps}
    rows = funnel.out_of_sample
    reached = (rows[0].left, *(row.left for row in rows[:-1]))
    return [
        FilterStep(row, whole[row.step], before, alone.get(row.step))
        for row, before in zip(rows, reached, strict=True)
    ]


def most_selective(steps: Sequence[FilterStep]) -> FilterStep | None:
    """The step that removes most candidates; None where none removes any."""
    step = max(steps, key=lambda step: step.before - step.row.left)
    return step if step.before > step.row.left else None


FUNNEL: tuple[Column[FilterStep], ...] = (
    Column("Step", lambda step: step.name, "l"),
    Column("Remaining", lambda step: numbers.count(step.row.left)),
    Column("Win rate", lambda step: numbers.percent(step.row.precision)),
    Column("Interval", lambda step: numbers.bounds(step.row, "percent"), "n"),
    Column("Mean net", lambda step: numbers.bps(step.row.mean_net_bps), "n"),
    Column("Remaining, including burn-in", lambda step: numbers.count(step.whole.left)),
    Column("Alone: passes", lambda step: numbers.count(step.alone.passes) if step.alone else ""),
    Column(
        "Alone: win rate",
        lambda step: numbers.percent(step.alone.precision) if step.alone else "",
    ),
    Column(
        "Alone: share of all winners",
        lambda step: numbers.percent(step.alone.recall) if step.alone else "",
    ),
)


def check_status(check: CheckAlone) -> str:
    """Whether a check can reject a candidate."""
    if not check.applicable:
        return "not applicable"
    return "implied by the rule" if check.implied else "applied"


def _passes(check: CheckAlone) -> str:
    if not check.applicable:
        return numbers.MISSING
    return f"{numbers.count(check.passes)} of {numbers.count(check.of)}"


CHECKS: tuple[Column[CheckAlone], ...] = (
    Column("Check", lambda check: in_words(CHECKS_IN_WORDS, check.check), "l", "20%"),
    Column("Status", check_status, "l", "18%"),
    Column("Passed", _passes, "n", "17%"),
    Column("Reason", lambda check: check.reason, "l"),
)


def name_condition(row: ConfirmationSign) -> str:
    """With its time frame, in print."""
    return f"{FRAMES.get(row.timeframe, row.timeframe)}: {in_words(CONDITIONS, row.signal)}"


def list_comparable(rows: Sequence[ConfirmationSign]) -> list[ConfirmationSign]:
    """Conditions that some candidates meet and others do not."""
    return [row for row in rows if None not in (row.precision, row.precision_of_rest)]


def list_informative(rows: Sequence[ConfirmationSign]) -> list[str]:
    """Names of those whose candidates win more often, by what is printed of both win rates."""
    return [
        name_condition(row)
        for row in list_comparable(rows)
        if numbers.percent(row.precision) != numbers.percent(row.precision_of_rest)
        and (row.precision or 0.0) > (row.precision_of_rest or 0.0)
    ]


SIGNALS: tuple[Column[ConfirmationSign], ...] = (
    Column("Condition", name_condition, "l"),
    Column("Met", lambda row: f"{numbers.count(row.passes)} of {numbers.count(row.of)}"),
    Column("Win rate if met", lambda row: numbers.percent(row.precision)),
    Column("Win rate if not met", lambda row: numbers.percent(row.precision_of_rest)),
    Column("Share of all winners", lambda row: numbers.percent(row.recall)),
)
THRESHOLDS: tuple[Column[RegimeAdmission], ...] = (
    Column("Regime", lambda row: numbers.spaced(row.regime), "l"),
    Column("Threshold", lambda row: numbers.ratio(row.threshold)),
    Column("Candidates", lambda row: numbers.count(row.candidates)),
    Column("With a score", lambda row: numbers.count(row.scored)),
    Column("At or above threshold", lambda row: numbers.count(row.reached)),
    Column("Admitted", lambda row: numbers.count(row.admitted)),
    Column("Predicted win rate", lambda row: numbers.percent(row.mean_p)),
    Column("Observed win rate", lambda row: numbers.percent(row.win_rate)),
)
