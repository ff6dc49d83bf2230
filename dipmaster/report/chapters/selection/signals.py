"""Signal quality: precision, recall and what filtering changed, as rows and sentences."""

from dataclasses import dataclass

from dipmaster.core.params.roadmap import SIGNAL_TARGETS
from dipmaster.report.inputs import Inputs, Json
from dipmaster.report.kit import numbers

RATES = (
    ("precision", "Precision", "share of the candidates traded that win", "precision_change"),
    ("recall", "Recall", "share of all candidates that win that were traded", "recall_change"),
    ("f1", "F1", "harmonic mean of the two", "f1_change"),
    ("false_positive_rate", "False positive rate", "share of those that lose that were traded", ""),
)


@dataclass(frozen=True)
class Rate:
    """One share of candidates."""

    name: str
    meaning: str
    target: str
    value: str
    bounds: str
    change: str


def rates(inputs: Inputs) -> list[Rate]:
    """The four shares, with the paired change against taking every candidate."""
    found = _found(inputs)
    return [
        Rate(
            name=words,
            meaning=meaning,
            target=f"≥{numbers.NBSP}{numbers.percent(SIGNAL_TARGETS[key], 0)}"
            if key in SIGNAL_TARGETS
            else "",
            value=numbers.percent(found[key]["value"]),
            bounds=numbers.interval("percent", found[key]["low"], found[key]["high"]),
            change=numbers.estimate(found["paired"][paired], "points") if paired else "",
        )
        for key, words, meaning, paired in RATES
    ]


def _found(inputs: Inputs) -> Json:
    found: Json = inputs.validate["signal_quality"]
    return found


def counted(inputs: Inputs) -> str:
    """What the shares are made of."""
    found = _found(inputs)
    return (
        f"Of {numbers.count(found['n_candidates'])} candidates out of sample "
        f"{numbers.count(found['n_positive'])} win when all are taken "
        f"({numbers.percent(found['base_precision'])}); {numbers.count(found['n_traded'])} were "
        "traded. A candidate wins when the same frozen trade of phase 0 nets more than 0, so every "
        "phase is held against the same outcomes."
    )


def said_and_done(inputs: Inputs) -> str:
    """Mean confidence of what was traded beside how often it won."""
    found = _found(inputs)
    if found["traded_mean_p"] is None or found["traded_win_rate"] is None:
        return ""
    return (
        f"Said and done: the candidates traded had a mean confidence of "
        f"{numbers.percent(found['traded_mean_p'])}, and "
        f"{numbers.percent(found['traded_win_rate'])} of them won."
    )


def planted(inputs: Inputs) -> str:
    """Recall of the drops that the simulator planted; nothing on real bars."""
    found = _found(inputs)["planted_recall"]
    if found is None:
        return ""
    if found["value"] is None:
        return "No planted drop fell into the period."
    return (
        f"Planted recall: {numbers.estimate(found, 'percent')} of the {numbers.count(found['n'])} "
        "drops that the simulator planted to revert were traded. Recall above counts every lucky "
        "candidate as one that should have been traded; this counts only those with a cause."
    )


def consistency(inputs: Inputs) -> str:
    """How alike the months are, before and after."""
    found = _found(inputs)["consistency"]
    if found["value"] is None:
        return f"Consistency over the months cannot be computed: {found['reason']}."
    folds = [row for row in found["folds"] if row["n"]]
    return (
        f"Consistency over {numbers.count(len(folds))} folds with trades (1 minus the spread of "
        f"precision over its mean; luck taken off): {numbers.ratio(found['value'])}, with luck "
        f"left in {numbers.ratio(found['raw'])}; before the filter "
        f"{numbers.ratio(found['before'])}. The roadmap wants "
        f"{numbers.ratio(SIGNAL_TARGETS['consistency'])}."
    )


def mcnemar(inputs: Inputs) -> str:
    """McNemar's test, for display."""
    found = _found(inputs)["mcnemar"]
    if found["p"] is None:
        return ""
    return (
        f"McNemar, for display (it takes candidates as independent): {numbers.count(found['b'])} "
        f"winners were left out and {numbers.count(found['c'])} losers were spared, p "
        f"{numbers.chance(found['p'])}."
    )


def heterogeneity(inputs: Inputs) -> str:
    """Whether win rates differ between regimes: validate's verdict, at its level."""
    found = _found(inputs)["heterogeneity"]
    if found["verdict"] is None:
        return f"Whether win rates differ between regimes cannot be tested: {found['reason']}."
    beside = f" Besides: {found['reason']}." if found["reason"] else ""
    return (
        f"{_BETWEEN[found['verdict']]} (statistic {numbers.ratio(found['chi2'])}, "
        f"{numbers.count(found['df'])} degrees of freedom, p {numbers.chance(found['p'])} against "
        f"a level of {found['alpha']:g}).{beside}"
    )


_BETWEEN = {
    "DIFFER": "Win rates differ between regimes",
    "NO DIFFERENCE FOUND": "No difference of win rates between regimes was found, which proves "
    "no equality",
}


def regimes(inputs: Inputs) -> list[tuple[str, str, str, str]]:
    """Win rate of what was traded, by regime: name, n, rate, bounds."""
    return [
        (
            row["regime"],
            numbers.count(row["n"]),
            numbers.percent(row["win_rate"]),
            numbers.interval("percent", row["low"], row["high"]),
        )
        for row in _found(inputs)["win_rate_by_regime"]
    ]
