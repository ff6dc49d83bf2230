"""Figures of the default market in the documents, from the committed metrics.

``python -m studies.doc_figures`` writes them into the pages, ``--check`` only looks: a page
that differs from the metrics ends with exit code 1. A block stands between
``<!-- figures: NAME -->`` and ``<!-- end of figures -->``; `BLOCKS` knows what fills it.
"""

import argparse
import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from dipmaster.core import catalog
from dipmaster.results.common import Interval
from dipmaster.results.confidence.record import ConfidenceResults, FamilyFigures, ModelFigures
from dipmaster.results.evaluation.funnel import ConfirmationSign, StepAlone
from dipmaster.results.evaluation.record import ValidationResults
from dipmaster.results.exits.record import ExitModelResults
from dipmaster.results.serialisation import read_result
from dipmaster.results.volatility.forecasts import (
    ModelConfidenceSet,
    PooledForecasts,
    PooledForecastTest,
)
from dipmaster.results.volatility.record import VolatilityResults
from dipmaster.results.volatility.regimes import DetectorResults, RegimeAccuracy, RegimeResults

DOCS = Path(__file__).parents[1] / "docs"
Alone = StepAlone | ConfirmationSign
BLOCK = re.compile(r"(<!-- figures: (\w+) -->\n).*?(<!-- end of figures -->)", re.DOTALL)
DETECTORS = (
    "hierarchical",
    "hierarchical_market",
    "range_class",
    "market",
    "coin",
    "naive",
)
REFERENCES = {
    "coin_truth": "state of the coin",
    "market_truth": "state of the market",
    "proxy": "class of the next 24 h (proxy)",
}
MODELS = {
    "lgb": "LightGBM",
    "xgb": "XGBoost",
    "ensemble": "both, mean of the log odds",
    "confidence": "confidence (calibrated)",
    "reference": "reference",
    "weighted_score": "weighted score",
}


def format_interval(interval: Interval, digits: int = 3) -> str:
    """Value and bounds; the value alone where there are none."""
    value = format_number(interval.value, digits)
    if interval.low is None or interval.high is None:
        return value
    return f"{value} [{interval.low:.{digits}f}, {interval.high:.{digits}f}]"


def format_number(value: float | None, digits: int = 3) -> str:
    """The number, a dash where there is none."""
    return "-" if value is None else f"{value:.{digits}f}"


def build_table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Markdown table."""
    columns = list(head)
    lines = [columns, ["---"] * len(columns), *(list(row) for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def tabulate_confidence() -> str:
    """Every step of the score, both families, calibration by regime."""
    results = read_result(catalog.CONFIDENCE_METRICS, ConfidenceResults)
    steps = build_table(
        ("out of sample", "AUC", "Brier skill", "ECE", "slope"),
        (_describe_model(title, results.models[name]) for name, title in MODELS.items()),
    )
    families = build_table(
        ("family", "AUC", "rank correlation with the net return", "net of the top tenth, bps"),
        (
            _describe_family(name, getattr(results.families, name))
            for name in ("classifier", "regression")
        ),
    )
    gates = build_table(
        ("calibration", "candidates", "ECE", "slope", "gate"),
        (
            (regime, str(gate.n), *map(format_interval, (gate.ece, gate.slope)), gate.gate)
            for regime, gate in results.calibration_by_regime.items()
        ),
    )
    return "\n".join((steps, families, gates))


def _describe_model(title: str, model: ModelFigures) -> tuple[str, ...]:
    return title, *map(format_interval, (model.auc, model.brier_skill, model.ece, model.slope))


def _describe_family(name: str, family: FamilyFigures) -> tuple[str, ...]:
    top = format_interval(family.mean_net_bps_top_decile, 1)
    return name, format_interval(family.auc), format_interval(family.return_rank_correlation), top


def tabulate_exit_models() -> str:
    """How good the exit models are, and what acting on the probability would have netted."""
    results = read_result(catalog.EXITS_METRICS, ExitModelResults)
    models, probability = results.exit_models, results.exit_probability
    quality = build_table(
        ("out of sample", "AUC", "Brier skill"),
        (
            (name, format_interval(one.auc), format_interval(one.brier_skill))
            for name, one in (
                ("profit model", models.profit),
                ("risk model", models.risk),
                ("exit probability", probability),
            )
        ),
    )
    gains = build_table(
        ("exit probability", "rows", "gain of selling over holding, bps"),
        (
            (
                f"{step.low:.1f} to {step.high:.1f}",
                f"{step.n:,}",
                format_interval(Interval(step.mean_gain_bps, step.gain_low, step.gain_high), 1),
            )
            for step in results.gain_by_score
            if step.n
        ),
    )
    return f"{quality}\n{gains}"


def tabulate_forecasts() -> str:
    """Mean QLIKE of each forecast, GARCH and HAR against it, and the confidence set's p."""
    pooled = read_result(catalog.VOLATILITY_METRICS, VolatilityResults).forecasts.pooled
    if not isinstance(pooled, PooledForecasts):
        return f"{pooled.reason}\n"
    in_set = pooled.confidence_set
    p_values = in_set.p_values if isinstance(in_set, ModelConfidenceSet) else {}
    rows = (
        (
            name + " (used)" * (name == pooled.cost_of_choice.used),
            format_number(loss),
            _describe_test(pooled.garch_versus.get(name)),
            _describe_test(pooled.har_versus.get(name)),
            format_number(p_values.get(name)),
        )
        for name, loss in pooled.qlike.items()
    )
    head = ("forecast", "QLIKE", "GARCH against it", "HAR against it", "p, confidence set")
    return f"{pooled.origins:,} forecasts.\n\n{build_table(head, rows)}"


def _describe_test(test: PooledForecastTest | None) -> str:
    return "" if test is None else f"{test.verdict} (DM {format_number(test.dm, 1)})"


def tabulate_regimes() -> str:
    """Accuracy of each detector against each reference."""
    regimes = read_result(catalog.VOLATILITY_METRICS, VolatilityResults).regimes
    if not isinstance(regimes, RegimeResults):
        return f"{regimes.reason}\n"
    rows = (
        (name + " (used)" * (name == regimes.detector_used), *_describe_detector(detector))
        for name in DETECTORS
        for detector in (getattr(regimes, name),)
    )
    return build_table(("accuracy against", *REFERENCES.values(), "median delay, hours"), rows)


def _describe_detector(detector: DetectorResults) -> tuple[str, ...]:
    delay = detector.coin_delay
    accuracies = (_describe_accuracy(detector, reference) for reference in REFERENCES)
    return *accuracies, format_number(delay.median_hours, 1) if delay else "-"


def _describe_accuracy(detector: DetectorResults, reference: str) -> str:
    accuracy = getattr(detector, reference)
    return format_interval(accuracy.accuracy) if isinstance(accuracy, RegimeAccuracy) else "-"


def tabulate_funnel() -> str:
    """Steps and confirmation signals, each alone: how many pass, how often these win."""
    funnel = read_result(catalog.VALIDATE_METRICS, ValidationResults).funnel
    if funnel is None:
        return "no candidate was scored\n"
    steps: list[tuple[str, Alone]] = [(one.step, one) for one in funnel.single_steps]
    signals: list[tuple[str, Alone]] = [
        (f"{one.timeframe}: {one.signal}", one) for one in funnel.confirmation_signals
    ]
    rows = (
        (
            name.replace("_", " "),
            f"{one.passes:,} of {one.of:,}",
            format_number(one.precision),
            format_number(one.precision_of_rest),
        )
        for name, one in (*steps, *signals)
    )
    return build_table(("alone", "passes", "precision", "of the rest"), rows)


BLOCKS: dict[str, Callable[[], str]] = {
    "confidence": tabulate_confidence,
    "exit_models": tabulate_exit_models,
    "forecasts": tabulate_forecasts,
    "funnel": tabulate_funnel,
    "regimes": tabulate_regimes,
}


def fill_blocks(text: str) -> str:
    """The page with today's figures in its blocks."""
    return BLOCK.sub(lambda match: f"{match[1]}{BLOCKS[match[2]]()}{match[3]}", text)


def main() -> None:
    """Write the figures, or check them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing")
    check = parser.parse_args().check
    pages = {page: page.read_text(encoding="utf-8") for page in sorted(DOCS.glob("*.md"))}
    stale = {page: text for page in pages if (text := fill_blocks(pages[page])) != pages[page]}
    if check and stale:
        names = ", ".join(page.name for page in stale)
        sys.exit(f"figures in {names} are not those of reports/metrics. Fix: make figures")
    for page, text in stale.items():
        page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
