"""Regimes judged: detectors against the truth or a proxy, as rows and sentences."""

from dataclasses import dataclass

from dipmaster.report.inputs import Inputs, Json
from dipmaster.report.kit import numbers

DETECTORS = {"market": "Market’s, filtered", "coin": "Coin’s own, filtered", "naive": "Naive"}
TRUTHS = ("coin_truth", "market_truth")
REFERENCES = {
    "coin_truth": "Against the true state of the coin",
    "market_truth": "Against the true state of the market",
    "proxy": "Proxy: against the class of the next 24 hours",
}


@dataclass(frozen=True)
class Detected:
    """One detector against one reference."""

    name: str
    accuracy: str
    balanced: str
    kappa: str
    found: Json


@dataclass(frozen=True)
class Reference:
    """A reference with every detector held against it."""

    key: str
    title: str
    majority: str
    rows: tuple[Detected, ...]


def references(inputs: Inputs) -> list[Reference]:
    """The truth where it is known, the coin's first; the proxy on real bars only."""
    found = inputs.volatility["regimes"]
    if "reason" in found:
        return []
    known = [key for key in TRUTHS if key in found["market"]]
    return [_reference(found, key) for key in known or ["proxy"]]


def _reference(found: Json, key: str) -> Reference:
    rows = tuple(
        _detected(words + (" (used)" if name == found["used"] else ""), found[name][key])
        for name, words in DETECTORS.items()
    )
    baseline = found["market"][key].get("majority_baseline")
    return Reference(key, REFERENCES[key], numbers.percent(baseline), rows)


def _detected(name: str, statistics: Json) -> Detected:
    if "reason" in statistics:
        nothing = {"value": None, "low": None, "high": None}
        return Detected(name, numbers.MISSING, numbers.MISSING, numbers.MISSING, nothing)
    return Detected(
        name,
        numbers.estimate(statistics["accuracy"], "percent"),
        numbers.estimate(statistics["balanced_accuracy"], "percent"),
        numbers.estimate(statistics["kappa"], "ratio"),
        statistics["accuracy"],
    )


def regime_words(inputs: Inputs) -> str:
    """Whether the roadmap's 90 % is reached by the detector the strategy uses."""
    found = inputs.volatility["regimes"]
    if "reason" in found:
        return f"Regimes cannot be judged: {found['reason']}."
    detector = found[found["used"]]
    known = "coin_truth" in detector
    statistics = detector["coin_truth" if known else "proxy"]
    if "reason" in statistics:
        return f"Regimes cannot be judged: {statistics['reason']}."
    own = statistics["accuracy"]
    usual = numbers.percent(statistics["majority_baseline"])
    if not known:
        return (
            "On real bars no one knows the true regime, so accuracy cannot be measured and the "
            f"roadmap’s {numbers.percent(found['target'], 0)} stays open. The detector in use "
            f"names the class of the next 24 hours on {numbers.estimate(own, 'percent')} of the "
            f"bars (proxy accuracy); always naming the commonest would do so on {usual}."
        )
    return (
        f"The detector in use names the coin’s regime rightly on "
        f"{numbers.estimate(own, 'percent')} of the bars; the roadmap wants more than "
        f"{numbers.percent(found['target'], 0)}: {_reached(own, found['target'])}. Always naming "
        f"the commonest regime would be right on {usual}.{_of_market(detector)}"
    )


def _of_market(detector: Json) -> str:
    """The same against the state of the market as a whole, where it is known."""
    own = detector.get("market_truth", {}).get("accuracy")
    if own is None:
        return ""
    return f" The state of the market as a whole it names on {numbers.estimate(own, 'percent')}."


def _reached(own: Json, target: float) -> str:
    if own["low"] is not None and own["low"] > target:
        return "reached"
    if own["high"] is not None and own["high"] < target:
        return "not reached"
    return "not shown"


def delay_words(inputs: Inputs) -> str:
    """How fast a change of regime is seen; nothing where no truth is known."""
    delay = inputs.volatility["regimes"].get("delay")
    if delay is None:
        return ""
    if delay["median_hours"] is None:
        return "No change of regime fell into the period, so no delay can be measured."
    return (
        f"Of {numbers.count(delay['changes'])} changes of the true state "
        f"{_never(delay['missed'])}; the others were named after "
        f"{numbers.plain(delay['median_hours'], 1)} hours in the median, "
        f"nine in ten within {numbers.plain(delay['p90_hours'], 1)} hours."
    )


def _never(missed: int) -> str:
    return f"{numbers.count(missed)} were never named" if missed else "none was missed"


def share_words(inputs: Inputs) -> str:
    """How the out-of-sample time divides into regimes."""
    shares = inputs.volatility["shares"]
    if shares["low"] is None:
        return "No bar out of sample has a regime."
    return (
        f"Out of sample the strategy saw low volatility {numbers.percent(shares['low'])} of the "
        f"time, normal {numbers.percent(shares['normal'])}, high "
        f"{numbers.percent(shares['high'])}; beyond the limit on new trades "
        f"{numbers.percent(shares['no_new_trades'])}."
    )
