"""Forecasts and regimes judged: rows and sentences of the chapter on volatility."""

from dataclasses import dataclass
from datetime import UTC, datetime

from dipmaster.report import numbers
from dipmaster.report.inputs import Inputs, Json

FORECASTS = {"garch": "GARCH(1,1)", "rv_ewma": "RV-EWMA", "har": "HAR"}
DETECTORS = {"market": "Market’s, filtered", "coin": "Coin’s own, filtered", "naive": "Naive"}
TRUTHS = ("coin_truth", "market_truth")
REFERENCES = {
    "coin_truth": "Against the true state of the coin",
    "market_truth": "Against the true state of the market",
    "proxy": "Proxy: against the class of the next 24 hours",
}


@dataclass(frozen=True)
class CoinRow:
    """One coin's forecasts: QLIKE a forecast, verdicts on GARCH, and its Mincer-Zarnowitz line."""

    symbol: str
    qlike: tuple[str, ...]
    verdicts: tuple[str, ...]
    line: tuple[str, ...]
    reason: str


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


def coins(inputs: Inputs) -> list[CoinRow]:
    """A row a coin, sorted."""
    found = inputs.volatility["forecasts"]["by_symbol"]
    return [_coin(symbol, found[symbol]) for symbol in sorted(found)]


def _coin(symbol: str, row: Json) -> CoinRow:
    if "reason" in row:
        dashes = (numbers.MISSING,) * 3
        return CoinRow(symbol, dashes, dashes[:2], dashes, row["reason"])
    forecasts = row["forecasts"]
    own = forecasts["garch"]
    return CoinRow(
        symbol,
        tuple(numbers.metric("fine", forecasts[name]["qlike"]) for name in FORECASTS),
        tuple(_verdict(row["garch_against"][name]) for name in ("rv_ewma", "har")),
        (
            _slope(own),
            numbers.chance(own.get("mz_wald_p")),
            numbers.metric("ratio", own.get("mz_r2")),
        ),
        own.get("mz_reason", ""),
    )


def _slope(own: Json) -> str:
    if "mz_slope" not in own:
        return numbers.MISSING
    return f"{numbers.ratio(own['mz_slope'])} ± {numbers.ratio(own['mz_slope_se'])}"


def _verdict(test: Json) -> str:
    word = str(test["verdict"]).removeprefix("GARCH ")
    if test["dm"] is None:
        return word
    return f"{word} ({numbers.metric('signed', test['dm'])})"


def pooled(inputs: Inputs) -> CoinRow:
    """All coins as one."""
    row = inputs.volatility["forecasts"]["pooled"]
    if "reason" in row:
        dashes = (numbers.MISSING,) * 3
        return CoinRow("All coins", dashes, dashes[:2], dashes, row["reason"])
    return CoinRow(
        "All coins",
        tuple(numbers.metric("fine", row["qlike"][name]) for name in FORECASTS),
        tuple(_verdict(row["garch_against"][name]) for name in ("rv_ewma", "har")),
        (numbers.MISSING,) * 3,
        "",
    )


def garch_words(inputs: Inputs) -> str:
    """Whether GARCH is better or worse than the baselines, and which forecast is used."""
    row = inputs.volatility["forecasts"]["pooled"]
    used = FORECASTS[inputs.volatility["forecast_used"]]
    chosen = (
        f"The strategy uses {used}: that is a param (volatility.forecast), set before any result "
        "and never chosen by it."
    )
    if "reason" in row:
        return f"The forecasts cannot be judged: {row['reason']}. {chosen}"
    said = []
    for name in ("rv_ewma", "har"):
        test = row["garch_against"][name]
        p = "" if test["p"] is None else f", p {numbers.chance(test['p'])}"
        said.append(f"{_BESIDE[test['verdict']]} {FORECASTS[name]}{p}")
    return f"Over all coins GARCH is {' and '.join(said)}. {chosen}"


_BESIDE = {
    "GARCH better": "better than",
    "GARCH worse": "worse than",
    "not different": "not shown to differ from",
}


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


def garch_facts(inputs: Inputs) -> tuple[list[tuple[str, str]], str, str]:
    """The shown coin's fits as pairs, its summary, and the reason where there is none."""
    found = inputs.volatility["garch"][inputs.shown.symbol]
    last = found["last_window"]
    fits = [
        ("Fits", numbers.count(found["fits"])),
        ("Fits with persistence 1", numbers.count(found["persistence_one"])),
        ("Not converged", numbers.count(found["not_converged"])),
        ("Median forecast confidence", numbers.percent(found["median_confidence"])),
    ]
    if "reason" in last:
        return fits, "", last["reason"]
    date = datetime.fromtimestamp(last["fitted_at_ms"] / 1000, tz=UTC).strftime("%Y-%m-%d")
    rows = [
        *fits,
        ("Last fit", date),
        ("Returns in it", numbers.count(last["returns"])),
        ("Persistence, alpha + beta", numbers.plain(last["alpha"] + last["beta"], 4)),
        ("alpha; beta", f"{numbers.plain(last['alpha'], 4)}; {numbers.plain(last['beta'], 4)}"),
        ("Log-likelihood", numbers.plain(last["log_likelihood"], 1)),
        ("AIC; BIC", f"{numbers.plain(last['aic'], 1)}; {numbers.plain(last['bic'], 1)}"),
    ]
    return rows, last["summary"], ""
