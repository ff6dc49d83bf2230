"""Forecasts judged: rows and sentences, coin by coin and pooled."""

from dataclasses import dataclass
from datetime import UTC, datetime

from dipmaster.report.inputs import Inputs, Json
from dipmaster.report.kit import numbers

FORECASTS = {"garch": "GARCH(1,1)", "rv_ewma": "RV-EWMA", "har": "HAR"}


@dataclass(frozen=True)
class CoinRow:
    """One coin's forecasts: QLIKE a forecast, verdicts on GARCH, and its Mincer-Zarnowitz line."""

    symbol: str
    qlike: tuple[str, ...]
    verdicts: tuple[str, ...]
    line: tuple[str, ...]
    reason: str


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
