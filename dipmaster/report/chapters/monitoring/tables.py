"""Rules, alerts, drift, accounts and feed to tables."""

import re
from collections.abc import Callable, Mapping, Sequence

from markupsafe import Markup

from dipmaster.report.kit import numbers
from dipmaster.report.kit.feature_names import name_feature
from dipmaster.report.kit.table import Column, Table, figure, stacked, table, verdict
from dipmaster.results.monitoring.alerts import Alert, Rule, RuleCheck
from dipmaster.results.monitoring.health import CoinFeed, PhaseHealth
from dipmaster.results.monitoring.windows import FeatureDrift, Rate, rank_by_excess

NAMES: Mapping[Rule, str] = {
    "win_rate": "Win rate by episode",
    "sharpe": "Sharpe ratio",
    "net_return": "Net return per trade",
    "drawdown": "Drawdown",
    "calibration": "Calibration",
    "candidate_rate": "Candidates per day",
    "signal_rate": "Trades per day",
    "drift": "Drift of inputs",
    "feed": "Data feed",
    "latency": "Latency",
}
FORMATS: Mapping[Rule, tuple[str, Callable[[float], str]]] = {
    "win_rate": ("percent", lambda limit: f"≥ {numbers.set_percent(limit)}"),
    "sharpe": ("ratio", lambda limit: f"≥ {limit:g}"),
    "net_return": ("bps", lambda limit: "≥ 0"),
    "drawdown": ("percent", lambda limit: f"< {numbers.set_percent(limit)}"),
    "calibration": ("points", lambda limit: f"≥ {numbers.points(limit)}"),
    "candidate_rate": ("times", lambda limit: f"1/{limit:g} to {limit:g} times"),
    "signal_rate": ("times", lambda limit: f"1/{limit:g} to {limit:g} times"),
    "drift": ("ratio", lambda limit: f"< {limit:g} above chance"),
    "feed": ("count", lambda limit: f"< {limit:g} bars"),
    "latency": ("milliseconds", lambda limit: f"≤ {limit:g} ms"),
}
AT_LEAST = ("win_rate", "sharpe", "net_return", "calibration")
BETWEEN = ("candidate_rate", "signal_rate")
_IDENTIFIER = re.compile(r"\b[a-z0-9]+(?:_[a-z0-9]+)+\b")
ALERTS_MOST, INPUTS_MOST, COINS_MOST = 12, 8, 10


def tabulate_checks(checks: Sequence[RuleCheck], drift: Sequence[FeatureDrift]) -> Table:
    """A row a rule: value, threshold, what decides, how it stands.

    Parameters
    ----------
    drift
        Of all inputs; the rule on drift shows the one farthest above chance.
    """
    farthest = next(iter(rank_by_excess(drift)), None)
    columns: Sequence[Column[RuleCheck]] = (
        Column("Rule", lambda one: NAMES[one.rule], "l", "15%"),
        Column("Value", lambda one: _show_value(one, farthest), "n", "16%"),
        Column("Threshold", lambda one: FORMATS[one.rule][1](one.threshold), "n", "19%"),
        Column("Alert rule", _describe_decision, "l", "35%"),
        Column("State", lambda one: _show_state(one, farthest), "l", "15%"),
    )
    return table(columns, checks, "data readings")


def _show_value(check: RuleCheck, farthest: FeatureDrift | None) -> str:
    if check.rule == "drift" and farthest is not None:
        return _show_excess(farthest)
    return figure(check.value.value, check.value, FORMATS[check.rule][0])


def _show_excess(one: FeatureDrift) -> str:
    """What the threshold is compared with, over what it is made of."""
    index, chance = numbers.ratio(one.psi.value), numbers.ratio(one.chance_mean)
    above = f"{numbers.ratio(one.excess)} above chance"
    return stacked(above, f"({index}; chance {chance})")


def _show_state(check: RuleCheck, farthest: FeatureDrift | None) -> str:
    """A figure on the wrong side of its threshold is told from one that meets it."""
    state = verdict(check.state)
    if check.state != "healthy" or not _misses(check, farthest):
        return state
    return Markup("{} {}").format(state, "(threshold missed, not significantly)")


def _misses(check: RuleCheck, farthest: FeatureDrift | None) -> bool:
    """Whether the value alone is on the wrong side; drift is judged against chance."""
    value, limit = check.value.value, check.threshold
    if check.rule == "drift":
        excess = farthest.excess if farthest else None
        return excess is not None and excess >= limit
    if value is None:
        return False
    if check.rule in AT_LEAST:
        return value < limit
    if check.rule in BETWEEN:
        return not 1.0 / limit <= value <= limit
    return value > limit


def _describe_decision(check: RuleCheck) -> str:
    if check.evidence is None:
        return numbers.typeset(numbers.capital(check.decides))
    return f"{numbers.capital(check.decides)}; now {numbers.plain(check.evidence, 1)}"


def tabulate_alerts(alerts: Sequence[Alert]) -> Table:
    """The newest first; those that are over too."""
    columns: Sequence[Column[Alert]] = (
        Column("First seen", lambda one: numbers.minute(one.first_seen), "l n", "15%"),
        Column("Rule", lambda one: NAMES[one.rule], "l", "14%"),
        Column("Severity", lambda one: verdict(one.severity), "l n", "13%"),
        Column("Now", lambda one: "active" if one.is_active else "over", "l", "8%"),
        Column("Finding", _show_finding, "l", "25%"),
        Column("Recommendation", lambda one: one.recommendation, "l", "25%"),
    )
    return table(columns, list(reversed(alerts))[:ALERTS_MOST], "data readings")


def _show_finding(alert: Alert) -> str:
    """Words of the stage, inputs by their names in print."""
    named = _IDENTIFIER.sub(lambda found: name_feature(found[0]), alert.finding)
    return numbers.typeset(numbers.capital(named))


def tabulate_rates(rates: Sequence[Rate]) -> Table:
    """Candidates and trades a day."""
    columns: Sequence[Column[Rate]] = (
        Column("", lambda one: {"signals": "Trades"}.get(one.what, numbers.capital(one.what)), "l"),
        Column("Per day, newest window", lambda one: numbers.ratio(one.recent_per_day)),
        Column("Per day, before", lambda one: numbers.ratio(one.before_per_day)),
        Column("Ratio", lambda one: figure(one.ratio.value, one.ratio, "times"), "n"),
    )
    return table(columns, rates)


def tabulate_drift(drift: Sequence[FeatureDrift]) -> Table:
    """The inputs that lie farthest above chance."""
    largest = rank_by_excess(drift)[:INPUTS_MOST]
    columns: Sequence[Column[FeatureDrift]] = (
        Column("Input", lambda one: name_feature(one.feature), "l"),
        Column("Index", lambda one: figure(one.psi.value, one.psi, "ratio"), "n"),
        Column("Mean without drift", lambda one: numbers.ratio(one.chance_mean)),
        Column("Upper bound without drift", lambda one: numbers.ratio(one.chance_high)),
        Column("n, effective", lambda one: numbers.count(one.n_effective_recent)),
        Column("p", lambda one: numbers.p_value(one.p_value)),
    )
    return table(columns, largest)


def tabulate_phases(phases: Sequence[PhaseHealth]) -> Table:
    """A row a phase; bounds hold at every time."""
    columns: Sequence[Column[PhaseHealth]] = (
        Column("Phase", lambda one: str(one.phase), "l"),
        Column("Trades", lambda one: numbers.count(one.win_rate.n)),
        Column("Episodes", lambda one: numbers.count(one.episodes)),
        Column(
            "Win rate by episode",
            lambda one: figure(one.win_rate.value, one.win_rate, "percent"),
            "n",
        ),
        Column("Sharpe ratio", lambda one: figure(one.sharpe.value, one.sharpe, "ratio"), "n"),
        Column("Net per trade", lambda one: numbers.bps(one.mean_net_bps)),
        Column("Max drawdown", lambda one: numbers.percent(one.max_drawdown_frac, 2)),
        Column("Sizes cut", lambda one: numbers.count(_count(one.caps, "none"))),
        Column("Rejected", lambda one: numbers.count(_count(one.rejected))),
    )
    return table(columns, phases)


def _count(counts: Mapping[str, int], *left_out: str) -> int:
    return sum(n for name, n in counts.items() if name not in left_out)


def tabulate_feed(feed: Sequence[CoinFeed]) -> Table:
    """The coins that lack most bars."""
    most = sorted(feed, key=lambda one: (one.stale_bars, one.missing_bars), reverse=True)
    columns: Sequence[Column[CoinFeed]] = (
        Column("Coin", lambda one: one.symbol, "l"),
        Column("Bars", lambda one: numbers.count(one.bars)),
        Column("Missing", lambda one: numbers.count(one.missing_bars)),
        Column("Missing, newest window", lambda one: numbers.count(one.recent_missing_bars)),
        Column("Longest gap", lambda one: numbers.count(one.longest_gap_bars)),
        Column("Since last bar", lambda one: numbers.count(one.stale_bars)),
        Column("Longest unchanged", lambda one: numbers.count(one.unchanged_bars)),
        Column("Isolated bars", lambda one: numbers.count(one.stray_bars)),
    )
    return table(columns, most[:COINS_MOST])
