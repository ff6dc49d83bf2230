"""How often each way out was taken, those never taken too, and how often scores passed."""

from dataclasses import dataclass

from dipmaster.report.inputs import Inputs, Json
from dipmaster.report.kit import numbers

NAMES = {"profit_taking": "partial exit (profit taking)", "optimal_timing": "full exit by models"}


@dataclass(frozen=True)
class Fired:
    """One rule and the trades it closed, or sold a part of."""

    name: str
    on: bool
    fills: str
    share: str
    win_rate: str
    net: str
    mean_net: str
    confidence: str


def rows(inputs: Inputs) -> list[Fired]:
    """Every rule, in validate's order, also those that never fired."""
    return [_row(row) for row in _found(inputs)]


def _found(inputs: Inputs) -> list[Json]:
    """Data that end are no rule: a row only where that closed a trade."""
    return [
        row
        for row in inputs.validate["exits"]["fired"]
        if row["fills"] or row["rule"] != "end_of_data"
    ]


def _row(row: Json) -> Fired:
    return Fired(
        name=_name(row),
        on=bool(row["on"]),
        fills=numbers.count(row["fills"]),
        share=numbers.percent(row["trades_frac"]),
        win_rate=numbers.percent(row["win_rate"]),
        net=numbers.money(row["net_pnl"], signed=True),
        mean_net=numbers.bps(row["mean_net_bps"]),
        confidence=numbers.ratio(row["mean_confidence"]),
    )


def _name(row: Json) -> str:
    return str(NAMES.get(row["rule"], row["rule"].replace("_", " ")))


def fired_words(inputs: Inputs) -> str:
    """Which rules never acted in a trade and which are off."""
    found = _found(inputs)
    silent = [_name(row) for row in found if row["on"] and not row["fills"]]
    off = [_name(row) for row in found if not row["on"]]
    said = [f"Never fired in a trade: {', '.join(silent)}."] if silent else []
    if off:
        said.append(f"Switched off in phase 2: {', '.join(off)}.")
    return " ".join(said or ["Every rule fired at least once."])


def passed_words(inputs: Inputs) -> list[str]:
    """How often exit probabilities passed the two thresholds, of all candidates and of trades."""
    found = inputs.validate["exits"]["probability"]
    if not found["rows"]:
        return ["No closed bar has an exit probability, so the exit models never act."]
    told = [_passed("all candidates", found, "")]
    if found["held_rows"]:
        return [*told, _passed("trades while they were held", found, "held_")]
    return [*told, "No closed bar of a trade has an exit probability."]


def _passed(whose: str, found: Json, prefix: str) -> str:
    n = found[f"{prefix}rows"]
    partial, full = found[f"{prefix}above_partial"], found[f"{prefix}above_full"]
    return (
        f"Of {numbers.count(n)} scored closed bars of {whose}, {numbers.count(partial)} "
        f"({numbers.percent(partial / n, 2)}) say more than "
        f"{numbers.percent(found['partial'], 0)} and {numbers.count(full)} "
        f"({numbers.percent(full / n, 2)}) more than {numbers.percent(found['full'], 0)}; the "
        f"highest says {numbers.percent(found[f'{prefix}max'])}."
    )
