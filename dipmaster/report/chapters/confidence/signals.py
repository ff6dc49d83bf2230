"""Signal quality: precision, recall and what filtering changed, as tables."""

from dataclasses import dataclass

from dipmaster.core.params.roadmap import SIGNAL_TARGETS
from dipmaster.report.kit import numbers, table
from dipmaster.report.kit.table import Column
from dipmaster.results.common import SampleInterval
from dipmaster.results.evaluation.signal_quality import PairedChange, RegimeWinRate, SignalQuality


@dataclass(frozen=True)
class SignalShare:
    """One share of candidates, and its paired change against taking every candidate."""

    name: str
    meaning: str
    target: float | None
    found: SampleInterval
    change: PairedChange | None


def rates(quality: SignalQuality) -> list[SignalShare]:
    """The four shares."""
    paired = quality.paired
    return [
        SignalShare(
            "Precision",
            "share of traded candidates that win",
            SIGNAL_TARGETS["precision"],
            quality.precision,
            paired.precision_change,
        ),
        SignalShare(
            "Recall",
            "share of all winning candidates that are traded",
            SIGNAL_TARGETS["recall"],
            quality.recall,
            paired.recall_change,
        ),
        SignalShare(
            "F1",
            "harmonic mean of precision and recall",
            SIGNAL_TARGETS["f1"],
            quality.f1,
            paired.f1_change,
        ),
        SignalShare(
            "False positive rate",
            "share of candidates not won that are traded",
            None,
            quality.false_positive_rate,
            None,
        ),
    ]


RATES: tuple[Column[SignalShare], ...] = (
    Column("Figure", lambda rate: rate.name, "l"),
    Column("Meaning", lambda rate: rate.meaning, "l"),
    Column(
        "Target",
        lambda rate: numbers.target(rate.target, "percent", "min") if rate.target else "",
        "n",
    ),
    Column("Measured", lambda rate: table.bold(numbers.percent(rate.found.value))),
    Column("Interval", lambda rate: numbers.bounds(rate.found, "percent"), "n"),
    Column(
        "Change versus trading all",
        lambda rate: numbers.estimate(rate.change, "points") if rate.change else "",
        "n",
    ),
)
WIN_RATES: tuple[Column[RegimeWinRate], ...] = (
    Column("Regime", lambda row: row.regime, "l"),
    Column("Traded", lambda row: numbers.count(row.n)),
    Column("Win rate", lambda row: numbers.percent(row.win_rate)),
    Column("Interval", lambda row: numbers.bounds(row, "percent")),
)
