"""How verdicts look: a mark whose fill tells them apart in grey, the same fill in charts."""

from dipmaster.report.kit.drawing import NAVY

FILLED, HALF, QUARTER, OPEN = "●", "◐", "◔", "○"
MARKS = {
    "PASS": FILLED,
    "INCONCLUSIVE": HALF,
    "INSUFFICIENT DATA": QUARTER,
    "FAIL": OPEN,
    "better": FILLED,
    "inconclusive": HALF,
    "insufficient data": QUARTER,
    "worse": OPEN,
    "beneficial": FILLED,
    "harmful": OPEN,
    "met": FILLED,
    "not met": OPEN,
    "credited": FILLED,
    "not credited": OPEN,
    "healthy": FILLED,
    "warning": HALF,
    "critical": OPEN,
    "not measured": QUARTER,
}
_FILLS = {FILLED: NAVY, HALF: "#9fb3cc", QUARTER: "#d5deea", OPEN: "white"}


def mark(verdict: str) -> str:
    """The mark of a verdict; empty for words that judge nothing."""
    return MARKS.get(verdict, "")


def fill(verdict: str) -> str:
    """Colour inside the dot of a chart."""
    return _FILLS.get(mark(verdict), "white")
