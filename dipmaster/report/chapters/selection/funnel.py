"""From candidates to trades: steps, checks and thresholds as tables."""

import itertools
from collections.abc import Mapping
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
    "threshold": "Reach the threshold",
    "checks": "Pass the checks",
    "volatility": "Below the volatility limit",
    "confirmation": "Confirmed",
    "traded": "Traded",
}
CHECKS_IN_WORDS = {
    "volume": "Volume spike",
    "rsi": "RSI in its range",
    "news": "No news impact",
    "liquidity": "Liquidity adequate",
}
FRAMES = {"5m": "5 minutes", "15m": "15 minutes", "1h": "1 hour"}


def in_words(words: Mapping[str, str], name: str) -> str:
    """A name of the code in print; its own words where there are no better ones."""
    return words.get(name, numbers.capital(numbers.spaced(name)))


@dataclass(frozen=True)
class Step:
    """What is left after a step out of sample, over the whole run, and by it alone."""

    row: FunnelStep
    whole: FunnelStep
    alone: StepAlone | None

    @property
    def name(self) -> str:
        """In print."""
        name = in_words(STEPS, self.row.step)
        return name if self.row.on else f"{name} (off)"


def steps(funnel: Funnel) -> list[Step]:
    """The funnel in order."""
    whole = {row.step: row for row in funnel.burn_in_included}
    alone = {row.step: row for row in funnel.single_steps}
    return [Step(row, whole[row.step], alone.get(row.step)) for row in funnel.out_of_sample]


def largest_step(funnel: Funnel) -> tuple[str, int]:
    """The step that takes most candidates away, and how many."""
    taken = [
        (in_words(STEPS, after.step), before.left - after.left)
        for before, after in itertools.pairwise(funnel.out_of_sample)
    ]
    return max(taken, default=("", 0), key=lambda pair: pair[1])


def _alone(row: StepAlone | None) -> str:
    """What the step would do if it were the only one."""
    if row is None:
        return ""
    return (
        f"{numbers.count(row.passes)}; {numbers.percent(row.precision)} win; "
        f"{numbers.percent(row.recall)} of the winners"
    )


FUNNEL: tuple[Column[Step], ...] = (
    Column("Step", lambda step: step.name, "l"),
    Column("Left", lambda step: numbers.count(step.row.left)),
    Column("Win", lambda step: numbers.percent(step.row.precision)),
    Column("Interval", lambda step: numbers.bounds(step.row, "percent"), "n"),
    Column("Mean net", lambda step: numbers.bps(step.row.mean_net_bps)),
    Column("Left, burn-in too", lambda step: numbers.count(step.whole.left)),
    Column(
        "This step alone: passes; win; share of all winners",
        lambda step: _alone(step.alone),
        "l",
    ),
)


def check_status(check: CheckAlone) -> str:
    """Whether a check asks anything."""
    if not check.applicable:
        return "not applicable"
    return "implied by the rule" if check.implied else "asked"


def _passes(check: CheckAlone) -> str:
    if not check.applicable:
        return numbers.MISSING
    return f"{numbers.count(check.passes)} of {numbers.count(check.of)}"


CHECKS: tuple[Column[CheckAlone], ...] = (
    Column("Check", lambda check: in_words(CHECKS_IN_WORDS, check.check), "l", "20%"),
    Column("Status", check_status, "l", "18%"),
    Column("Pass", _passes, "n", "17%"),
    Column("Reason", lambda check: check.reason, "l"),
)
SIGNALS: tuple[Column[ConfirmationSign], ...] = (
    Column(
        "Confirmation signal, alone",
        lambda row: f"{FRAMES.get(row.timeframe, row.timeframe)}: {numbers.spaced(row.signal)}",
        "l",
    ),
    Column("Met", lambda row: f"{numbers.count(row.passes)} of {numbers.count(row.of)}"),
    Column("Win", lambda row: numbers.percent(row.precision)),
    Column("The others win", lambda row: numbers.percent(row.precision_of_rest)),
    Column("Share of all winners", lambda row: numbers.percent(row.recall)),
)
THRESHOLDS: tuple[Column[RegimeAdmission], ...] = (
    Column("Regime", lambda row: numbers.spaced(row.regime), "l"),
    Column("Threshold", lambda row: numbers.ratio(row.threshold)),
    Column("Candidates", lambda row: numbers.count(row.candidates)),
    Column("Scored", lambda row: numbers.count(row.scored)),
    Column("Reach it", lambda row: numbers.count(row.reached)),
    Column("Admitted", lambda row: numbers.count(row.admitted)),
    Column("Mean confidence", lambda row: numbers.percent(row.mean_p)),
    Column("Of them won", lambda row: numbers.percent(row.win_rate)),
)
