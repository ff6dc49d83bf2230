"""A chapter a phase: the same parts for every phase, compact where trades are few."""

from collections.abc import Sequence
from typing import Any

from dipmaster.report.chapters.exits.view import NUMBER as EXITS_PHASE
from dipmaster.report.chapters.exits.view import has_candidates, has_scatter
from dipmaster.report.chapters.phase import equity, money, outcomes, sentences
from dipmaster.report.inputs import Inputs, Json
from dipmaster.report.kit import comparison, comparison_chart, gates, numbers

FEW_TRADES = 500
TITLES = {
    0: "Phase 0: the strategy as it stands",
    1: "Phase 1: confidence, filter, confirmation",
    2: "Phase 2: adaptive exits",
    3: "Phase 3: sizing",
    4: "Phase 4: other sources of data",
}
Context = dict[str, Any]


def view(inputs: Inputs, number: int) -> Context:
    """Everything the template of a phase prints, charts drawn."""
    phase = inputs.phase(number)
    traded = bool(phase["counts"]["trades"])
    return {
        "number": number,
        "anchor": f"phase-{number}",
        "title": TITLES[number],
        "phase": phase,
        "traded": traded,
        "compact": is_compact(inputs, number),
        "abstained": sentences.abstained_words(phase) if number else "",
        "harm": numbers.typeset(phase.get("harm") or ""),
        "gates": [row for row in gates.rows(inputs) if row.phase == number],
        "short": sentences.short(phase),
        "notes": sentences.notes(phase),
        "drawdown_words": sentences.drawdown_words(phase),
        "money_words": sentences.money_words(phase) if traded else "",
        "random_words": sentences.random_words(phase),
        "sureness": sentences.sureness(phase),
        **_changed(inputs, number),
        **_charts(inputs, number),
    }


def is_compact(inputs: Inputs, number: int) -> bool:
    """Whether a later phase has so few trades that half the parts would be empty space."""
    return bool(number and inputs.phase(number)["counts"]["trades"] < FEW_TRADES)


def _changed(inputs: Inputs, number: int) -> Context:
    """The paired differences; phase 0 has nothing before it."""
    if not number:
        return {"differences": [], "differences_chart": "", "contribution": ""}
    rows = comparison.rows(inputs, number)
    return {
        "against": comparison.differences(inputs, number)["against"],
        "differences": rows,
        "differences_chart": comparison_chart.forest(rows) if _any_shown(rows) else "",
        "contribution": comparison.contribution(inputs, number),
        "unshown": _reasons(rows),
    }


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _any_shown(rows: Sequence[comparison.Row]) -> bool:
    return any(row.found["value"] is not None for row in rows if row.kind.key in comparison.SAID)


def _reasons(rows: Sequence[comparison.Row]) -> list[str]:
    """Why differences are not shown, each reason once with the figures it holds for."""
    found: dict[str, list[str]] = {}
    for row in rows:
        if row.verdict == "NOT SHOWN" and row.reason:
            found.setdefault(row.reason, []).append(comparison.in_sentence(row.kind))
    return [f"{_capital(', '.join(names))}: {reason}." for reason, names in found.items()]


def _charts(inputs: Inputs, number: int) -> Context:
    phase, period = inputs.phase(number), inputs.validate["period"]
    before = _before(inputs, number)
    drawn: Context = {
        "equity_chart": equity.equity(
            inputs.equity[number],
            period,
            phase["drawdown"],
            None if before is None else (f"phase {before}", inputs.equity[before]),
        ),
        "before": before,
    }
    if phase["counts"]["trades"]:
        compact = is_compact(inputs, number)
        drawn |= {
            "money_chart": "" if compact else money.waterfall(phase["money"]),
            "exits_chart": "" if compact else outcomes.exits(phase["exits"]),
            "holding_chart": _holding(inputs, number, phase),
            "months_chart": outcomes.months(phase["by_month"]),
            "random_chart": _random(inputs, number, phase),
        }
    return drawn


def _before(inputs: Inputs, number: int) -> int | None:
    """The phase built before this one."""
    earlier = [phase for phase in inputs.built if phase < number]
    return earlier[-1] if earlier else None


def _holding(inputs: Inputs, number: int, phase: Json) -> Any:
    """Nothing where the chapter has drawn the same trades beside those of the phase before."""
    if number == EXITS_PHASE and has_candidates(inputs):
        return ""
    return outcomes.holding(phase["holding"], 34 if is_compact(inputs, number) else 48)


def _random(inputs: Inputs, number: int, phase: Json) -> Any:
    if not sentences.has_random(phase):
        return ""
    own = sentences.own_values(inputs.gates_of(number), phase)
    return money.random_entry(phase["random_entry"], own)


def parts(inputs: Inputs, number: int) -> list[dict[str, str]]:
    """The chapter's parts for the contents, in print order."""
    traded = bool(inputs.phase(number)["counts"]["trades"])
    listed = [("short", "In short")]
    if number:
        listed.append(("change", "What it changed"))
    if number == 1:
        listed += CHOICE
        listed += SCORES if not inputs.confidence["reason"] else SCORES[:1]
        listed.append(("quality", "Signal quality"))
    if number == 2:
        listed += EXITS if has_candidates(inputs) else EXITS[:2]
        listed += [EXCURSIONS] if has_scatter(inputs) else []
        listed += EXIT_MODELS if not inputs.exits["reason"] else EXIT_MODELS[:1]
    listed.append(("equity", "Equity and drawdown"))
    if traded:
        listed += WITH_TRADES
    listed.append(("sure", "How sure the figures are"))
    return [{"anchor": f"phase-{number}-{name}", "title": title} for name, title in listed]


CHOICE = [
    ("funnel", "From candidates to trades"),
    ("asked", "Checks"),
    ("thresholds", "Thresholds"),
]
SCORES = [
    ("reliability", "What confidence says and what happens"),
    ("calibration", "Calibration by regime"),
    ("models", "Which model carried information"),
    ("importance", "Which features matter"),
    ("components", "The five components"),
]
EXITS = [
    ("candidates", "Every candidate under both exits"),
    ("fired", "Which rules fired"),
    ("switched", "One rule switched at a time"),
    ("capture", "Profit captured"),
    ("held", "Holding times, before and after"),
    ("aims", "Dynamic target and trailing stop"),
]
EXCURSIONS = ("excursions", "Best and worst moment of a trade")
EXIT_MODELS = [
    ("models", "What the exit models say and what happens"),
    ("heads", "How good the heads are"),
    ("exit-features", "Which features matter to exits"),
]
WITH_TRADES = [
    ("money", "Where the money goes"),
    ("random", "Against random entries"),
    ("exits", "How trades end"),
    ("holding", "How long trades last"),
    ("coins", "By coin"),
    ("regimes", "By volatility regime"),
    ("months", "By month"),
]


def built_words(inputs: Inputs) -> str:
    """The phases built, in words."""
    return ", ".join(f"phase {phase}" for phase in inputs.built)
