"""Exit models judged: heads, exit probability, fits and what acting would have earned."""

from collections.abc import Sequence
from dataclasses import dataclass

from dipmaster.report.inputs import Inputs, Json
from dipmaster.report.kit import numbers

SAID = {
    "profit": ("Profit head", "a sale now nets at least what holding nets"),
    "risk": ("Risk head", "the stop comes before the target"),
}
PROBABILITY = ("Exit probability", "as the profit head, calibrated with all three")
FIGURES = (
    ("auc", "fine"),
    ("brier", "fine"),
    ("brier_skill", "fine"),
    ("ece", "fine"),
    ("slope", "ratio"),
    ("intercept", "signed"),
)
INPUTS = {
    "ln_p_profit": "profit head, ln p",
    "minus_ln_1_minus_p_profit": "profit head, −ln(1 − p)",
    "log_odds_p_profit_above_knot": "its log odds beyond 0.6",
    "log_odds_p_profit_below_knot": "its log odds below 0.4",
    "timing_of_cap": "timing as a share of the time limit",
    "log_odds_p_risk": "log odds of risk",
}
Cells = tuple[str, ...]


@dataclass(frozen=True)
class Judged:
    """One probability: how often it comes true, and each figure with its bounds apart."""

    name: str
    says: str
    base_rate: str
    figures: tuple[Cells, ...]


def judged(inputs: Inputs) -> list[Judged]:
    """The two heads that are probabilities, then the calibrated exit probability."""
    found = inputs.exits
    heads = [_judged(*SAID[name], found["heads"][name]) for name in SAID]
    return [*heads, _judged(*PROBABILITY, found["exit_probability"])]


def _judged(name: str, says: str, row: Json) -> Judged:
    return Judged(
        name=name,
        says=says,
        base_rate=numbers.percent(row["base_rate"]),
        figures=tuple(_cells(row.get(key), kind) if key in row else () for key, kind in FIGURES),
    )


def _cells(found: Json | None, kind: str) -> Cells:
    """Value, and its bounds where there are any."""
    if found is None:
        return (numbers.MISSING,)
    bounds = numbers.interval_of(found, kind)
    value = numbers.metric(kind, found["value"])
    return (value,) if bounds == numbers.MISSING else (value, bounds)


def timing_words(inputs: Inputs) -> str:
    """The timing head against always saying the past mean."""
    found = inputs.exits["heads"]["timing"]
    return (
        f"The timing head says in how many bars the best exit comes, "
        f"{numbers.plain(found['mean_bars'], 1)} on average. It misses by "
        f"{numbers.estimate(found['mae_bars'], 'bars')}, always saying the past mean by "
        f"{numbers.estimate(found['naive_mae_bars'], 'bars')}; rank correlation with what came "
        f"{numbers.estimate(found['rank_correlation'], 'fine')}."
    )


def gain_words(inputs: Inputs) -> str:
    """What acting on the highest tenth would have earned against holding."""
    rows = [row for row in inputs.exits["gain"] if row["mean_gain_bps"] is not None]
    if not rows:
        return ""
    top = rows[-1]
    between = numbers.interval("percent", top["low"], top["high"])
    bounds = numbers.interval("bps", top["gain_low"], top["gain_high"])
    return (
        f"Where exit probability is highest, {between} ({numbers.count(top['n'])} closed bars), a "
        f"sale at the next open earns {numbers.bps(top['mean_gain_bps'])} ({bounds}) against "
        "holding; above 0 acting pays."
    )


def distribution_words(inputs: Inputs) -> str:
    """Where exit probabilities lie."""
    found = inputs.exits["distribution"]["quantiles"]
    return (
        f"Half of all exit probabilities lie below {numbers.percent(found['p50'])}, one in ten "
        f"above {numbers.percent(found['p90'])}, one in a hundred above "
        f"{numbers.percent(found['p99'])}; the highest is {numbers.percent(found['max'])}."
    )


def made_of(inputs: Inputs) -> str:
    """Positions and closed bars, and how many are judged."""
    positions, rows = inputs.exits["positions"], inputs.exits["rows"]
    return (
        f"{numbers.count(positions['all'])} candidates make {numbers.count(positions['opened'])} "
        f"positions and {numbers.count(rows['all'])} closed bars; "
        f"{numbers.count(rows['scored_out_of_sample'])} of the "
        f"{numbers.count(rows['out_of_sample'])} out of sample have a score, "
        f"{numbers.count(rows['judged'])} are judged here."
    )


def fits(inputs: Inputs) -> str:
    """How often each level was fitted, on how much, and what kept one from being fitted."""
    folds = inputs.exits["folds"]
    made = [fold for fold in folds if not fold["reason"]]
    failed = [fold for fold in folds if fold["reason"]]
    levels = dict.fromkeys(fold["level"] for fold in made)
    said = [_fitted(level, [fold for fold in made if fold["level"] == level]) for level in levels]
    text = f"Fitted walk-forward: {'; '.join(said)}." if said else "Nothing was fitted."
    if failed:
        text += f" {len(failed)} fits were not made, the last because: {failed[-1]['reason']}."
    return text


def _fitted(level: str, folds: Sequence[Json]) -> str:
    last = folds[-1]
    thinned = last["thinned_to"]
    rows = (
        f"{numbers.count(thinned)} of {numbers.count(last['rows'])} bars, thinned by rule,"
        if thinned and thinned != last["rows"]
        else f"{numbers.count(last['rows'])} bars"
    )
    return (
        f"{level} {len(folds)} times from {folds[0]['fitted_at'][:10]}, the last on {rows} of "
        f"{numbers.count(last['positions'])} positions"
    )


def calibrator_words(inputs: Inputs) -> str:
    """Coefficients of the last calibrator."""
    found = inputs.exits["calibrator"]
    if not found:
        return ""
    listed = ", ".join(
        f"{INPUTS.get(name, name.replace('_', ' '))} {numbers.metric('signed', value)}"
        for name, value in found.items()
    )
    return f"The last calibrator’s coefficients, inputs in units of their own spread: {listed}."
