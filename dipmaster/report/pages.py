"""Inputs to the one context that all templates print from."""

from pathlib import Path
from typing import Any

from markupsafe import Markup

from dipmaster.params.roadmap import HOLDING_BAND_MINUTES
from dipmaster.report import (
    chapter,
    curves,
    forest,
    matrix,
    money,
    numbers,
    outcomes,
    provenance,
    words,
)
from dipmaster.report import quality as data_quality
from dipmaster.report.drawing import drawing
from dipmaster.report.inputs import Inputs

Context = dict[str, Any]


def context(inputs: Inputs, style_folder: Path) -> Context:
    """Everything the templates print, charts drawn."""
    with drawing(style_folder):
        charts = {**_page_one_charts(inputs), **_phase_0_charts(inputs)}
    css = (style_folder / "report.css").read_text(encoding="utf-8")
    return {
        **_page_one(inputs),
        **_params(inputs),
        **_phase_0(inputs),
        **_provenance(inputs),
        **charts,
        "css": Markup(css),  # the project's own file: quotes in it must stay quotes
        "gate_rows": matrix.rows(inputs),
        "built_words": ", ".join(f"phase {phase}" for phase in inputs.built),
        "quality": data_quality.view(inputs),
        "readings": inputs.readings,
        "contents": contents(inputs),
    }


def _page_one(inputs: Inputs) -> Context:
    return {
        "title": inputs.params.report.title,
        "document_title": "DipMaster phase-gate report",
        "header": words.header(inputs),
        "source": words.source_line(inputs),
        "scope": words.scope_note(inputs),
        "verdict": words.verdict(inputs),
        "phases": words.PHASES,
        "built": inputs.built,
        "matrix": matrix.lines(inputs),
        "stated_note": matrix.STATED_NOTE,
        "facts": chapter.facts(
            inputs.gates_of(inputs.latest), inputs.phase(inputs.latest), inputs.validate["period"]
        ),
    }


def _params(inputs: Inputs) -> Context:
    gates = inputs.params.gates
    return {
        "gates": gates,
        "execution": inputs.params.execution,
        "exits": inputs.params.exits,
        "features": inputs.params.features,
        "burn_in": inputs.validate["period"]["burn_in_days"],
        "half_spread": inputs.market["fallback_half_spread_bps"],
        "simulated": inputs.simulated,
        "block_days": gates.block_days,
        "bound_level": numbers.percent(1.0 - gates.alpha),
        "bound_pair": numbers.percent(1.0 - 2.0 * gates.alpha, 0),
    }


def _phase_0(inputs: Inputs) -> Context:
    phase = inputs.phase(0)
    return {
        "phase": phase,
        "rule_words": chapter.rule_words(inputs),
        "short": chapter.short(phase),
        "notes": chapter.notes(phase),
        "holding_band": HOLDING_BAND_MINUTES,
        "drawdown_words": chapter.drawdown_words(phase),
        "money_words": chapter.money_words(phase),
        "random_words": chapter.random_words(phase),
        "sureness": chapter.sureness(phase),
        "checks": [check for check in inputs.validate["checks"] if check["phase"] == 0],
    }


def _page_one_charts(inputs: Inputs) -> Context:
    phase = inputs.phase(inputs.latest)
    own = chapter.own_values(inputs.gates_of(inputs.latest), phase)
    random_rate = phase["random_entry"]["win_rate"]["mean"]
    traded = bool(phase["counts"]["trades"])
    return {
        "forest_small": forest.small(inputs),
        "forest_large": forest.large(inputs),
        "glance": money.glance(phase, own["win_rate"], random_rate) if traded else "",
    }


def _phase_0_charts(inputs: Inputs) -> Context:
    phase, period = inputs.phase(0), inputs.validate["period"]
    own = chapter.own_values(inputs.gates_of(0), phase)
    drawn: Context = {"equity_chart": curves.equity(inputs.equity[0], period, phase["drawdown"])}
    if phase["counts"]["trades"]:
        drawn |= {
            "money_chart": money.waterfall(phase["money"]),
            "exits_chart": outcomes.exits(phase["exits"]),
            "holding_chart": outcomes.holding(phase["holding"]),
            "months_chart": outcomes.months(phase["by_month"]),
            "random_chart": money.random_entry(phase["random_entry"], own)
            if chapter.has_random(phase)
            else "",
        }
    return drawn


def _provenance(inputs: Inputs) -> Context:
    return {
        "outputs": inputs.outputs,
        "seeds": [
            ("ingest.simulated.seed", inputs.params.ingest.simulated.seed),
            ("gates.seed", inputs.params.gates.seed),
        ],
        "versions": sorted(inputs.versions.items()),
        "params": provenance.flat(inputs.params.values()),
    }


def contents(inputs: Inputs) -> list[dict[str, Any]]:
    """Chapters and parts in print order, with their anchors."""
    traded = bool(inputs.phase(0)["counts"]["trades"])
    return [
        _entry("decision", "Decision page"),
        _entry(
            "matrix",
            "Achievement matrix",
            targets="The roadmap’s own columns",
            forest="Gates against targets",
        ),
        {
            **_entry("phase-0", "Phase 0: the strategy as it stands"),
            "parts": _phase_0_parts(traded),
        },
        _entry("quality", "Data quality"),
        {
            **_entry("readings", "Readings and contradictions of the roadmap"),
            "parts": [
                {"anchor": f"readings-{number}", "title": group["title"]}
                for number, group in enumerate(inputs.readings["groups"], start=1)
            ],
        },
        _entry("definitions", "Definitions"),
        _entry(
            "provenance",
            "Provenance",
            outputs="Outputs of the stages before this report",
            seeds="Seeds",
            packages="Packages",
            params="Params in full",
        ),
        _entry("sign-off", "Sign-off"),
    ]


def _entry(anchor: str, title: str, **parts: str) -> dict[str, Any]:
    listed = [{"anchor": name, "title": words} for name, words in parts.items()]
    return {"anchor": anchor, "title": title, "parts": listed}


def _phase_0_parts(traded: bool) -> list[dict[str, str]]:
    always = [("short", "In short"), ("equity", "Equity and drawdown")]
    with_trades = [
        ("money", "Where the money goes"),
        ("random", "Against random entries"),
        ("exits", "How trades end"),
        ("holding", "How long trades last"),
        ("coins", "By coin"),
        ("regimes", "By volatility class"),
        ("months", "By month"),
    ]
    last = [("sure", "How sure the figures are"), ("checks", "Checks of the ledger")]
    listed = always + (with_trades if traded else []) + last
    return [{"anchor": f"phase-0-{name}", "title": title} for name, title in listed]
