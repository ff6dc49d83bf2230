"""Cost, gain, return on investment and success of each phase: one row a phase, then all."""

from collections.abc import Mapping
from dataclasses import dataclass

from dipmaster.report.kit import numbers
from dipmaster.report.kit.table import Column, figure
from dipmaster.results.outcomes import OutcomesResults, ReturnOnInvestment, SuccessShare


@dataclass(frozen=True)
class OutcomeLine:
    """One phase."""

    title: str
    roi: ReturnOnInvestment
    success: SuccessShare


def list_lines(results: OutcomesResults) -> list[OutcomeLine]:
    """Phases that were traded, then all together."""
    shares: Mapping[int, SuccessShare] = {one.phase: one for one in results.success.by_phase}
    lines = [OutcomeLine(f"Phase {one.phase}", one, shares[one.phase]) for one in results.roi]
    if results.programme is None:
        return lines
    return [*lines, OutcomeLine("All phases", results.programme, results.success.overall)]


def _passed(line: OutcomeLine) -> str:
    share = line.success.share
    return figure(share.value, share, "percent") if line.success.markets else numbers.MISSING


COLUMNS: tuple[Column[OutcomeLine], ...] = (
    Column("", lambda line: line.title, "l n"),
    Column("Cost", lambda line: numbers.money(line.roi.cost), "n"),
    Column(
        "Net profit per year",
        lambda line: figure(line.roi.gain.value, line.roi.gain, "money"),
        "n",
    ),
    Column("ROI stated", lambda line: f"{line.roi.stated_roi:g}:1", "n"),
    Column("ROI measured", lambda line: figure(line.roi.roi.value, line.roi.roi, "fine"), "n"),
    Column("Success stated", lambda line: numbers.set_percent(line.success.stated_frac), "n"),
    Column("Markets passed", _passed, "n"),
)
