"""Chapters and parts in print order, with their anchors."""

from typing import Any

from dipmaster.report.chapters.phase import view
from dipmaster.report.chapters.readings.view import readings
from dipmaster.report.inputs import Inputs

Entry = dict[str, Any]


def contents(inputs: Inputs) -> list[Entry]:
    """What the contents page lists."""
    return [
        _entry("decision", "Decision page"),
        _entry(
            "matrix",
            "Achievement matrix",
            forest="Gates against targets",
            targets="The roadmap’s own columns",
        ),
        *(
            {
                **_entry(f"phase-{number}", view.TITLES[number]),
                "parts": view.parts(inputs, number),
            }
            for number in inputs.built
        ),
        _entry(
            "volatility",
            "Volatility and regimes",
            **{
                "volatility-regimes": "Regimes",
                "volatility-forecasts": "Forecasts",
                "volatility-garch": "GARCH, one coin",
            },
        ),
        *_promised(inputs),
        _entry("quality", "Data quality", **{"ledger-checks": "Checks of the ledger"}),
        {
            **_entry("readings", "Readings and contradictions of the roadmap"),
            "parts": [
                {"anchor": f"readings-{number}", "title": group["title"]}
                for number, group in enumerate(readings()["groups"], start=1)
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


def _promised(inputs: Inputs) -> list[Entry]:
    return [_entry("promised", "Promised and measured")] if inputs.latest else []


def _entry(anchor: str, title: str, **parts: str) -> Entry:
    listed = [{"anchor": name, "title": words} for name, words in parts.items()]
    return {"anchor": anchor, "title": title, "parts": listed}
