"""Sentences and name-value pairs of a phase's chapter, made from what validate measured."""

from collections.abc import Mapping, Sequence
from typing import Any

from dipmaster.report.chapters.decision.headline import is_ruined
from dipmaster.report.inputs import Inputs, Json
from dipmaster.report.kit import numbers
from dipmaster.report.kit.abstention import abstention

Pairs = list[tuple[str, str]]

_RULES = {
    "dip": "Phase 0 buys a dip: a red 5-minute bar below its 20-bar mean, on at least "
    "{volume:g} times the usual volume, with RSI14 at most {rsi:g}, after a fall of at least "
    "{z:g} x the hourly sigma over two bars.",
    "dipmaster_v4": "Phase 0 follows the roadmap's literal rule: a red 5-minute bar below its "
    "20-bar mean, on at least {volume:g} times the usual volume, with RSI14 between {rsi_min:g} "
    "and {rsi:g}.",
    "capitulation": "Phase 0 buys deep falls only: beyond {fall:g} % and {sigmas:g} sigmas in 3 "
    "hours, or beyond {hour:g} sigmas in one hour.",
}


def rule_words(inputs: Inputs) -> str:
    """The candidate rule in one sentence, with its thresholds."""
    signal = inputs.params.signal
    deep = signal.capitulation
    return _RULES[signal.rule].format(
        volume=signal.volume_multiple,
        rsi=signal.rsi_max,
        rsi_min=signal.rsi_min_v4,
        z=signal.z_min,
        fall=100 * deep.fall_3h_frac,
        sigmas=deep.fall_3h_sigmas,
        hour=deep.fall_1h_sigmas,
    )


def short(phase: Json) -> Pairs:
    """The phase in numbers."""
    counts, money, trade = phase["counts"], phase["money"], phase["per_trade"]
    return [
        ("Candidates out of sample", numbers.count(counts["candidates_out_of_sample"])),
        ("Equity at the start of it", numbers.money(money["equity_at_start"])),
        ("Trades", numbers.count(counts["trades"])),
        ("Equity at the end", numbers.money(money["equity_at_end"])),
        ("Losing trades", numbers.count(counts["losing_trades"])),
        ("Net return", numbers.percent(money["net_return_frac"], signed=True)),
        ("Days with trades", numbers.count(counts["days_with_trades"])),
        ("Turnover, times equity", numbers.plain(money["turnover"], 1)),
        ("Blocks with trades", numbers.count(counts["blocks_with_trades"])),
        ("Mean win", numbers.bps(trade["mean_win_bps"])),
        ("Open at the end", numbers.count(counts["open_at_end"])),
        ("Mean loss", numbers.bps(trade["mean_loss_bps"])),
        ("Mean net a trade", numbers.bps(trade["mean_net_bps"])),
        ("Payoff, mean win / mean loss", numbers.ratio(trade["payoff"])),
        ("Median net a trade", numbers.bps(trade["median_net_bps"])),
        ("Break-even win rate", numbers.percent(trade["break_even_win_rate"])),
    ]


def notes(phase: Json) -> list[str]:
    """What a reader must know besides: orders not filled, ruin, trades of the burn-in."""
    counts = phase["counts"]
    said = []
    skipped = [(why, n) for why, n in sorted(counts["skipped"].items()) if n]
    if skipped:
        listed = ", ".join(f"{why.replace('_', ' ')} {numbers.count(n)}" for why, n in skipped)
        said.append(f"Candidates that were not bought, burn-in included, by reason: {listed}.")
    if is_ruined(phase):
        said.append(
            "The account was ruined: its equity fell below the smallest order and trading stopped. "
            "Everything after that day is standing still, not skill."
        )
    said.append(
        f"The burn-in held {numbers.count(counts['trades_burn_in'])} trades on paper; they are in "
        "no figure of this report but the first part of the equity curve."
    )
    return said


def drawdown_words(phase: Json) -> str:
    """The deepest fall, when it was, and what resampled histories hold."""
    fall = phase["drawdown"]
    if fall["max_frac"] is None:
        return "No drawdown could be measured."
    when = ""
    if fall["peak_time"] and fall["trough_time"]:
        when = f", from {minute(fall['peak_time'])} to {minute(fall['trough_time'])}"
    horizon = numbers.days(fall["horizon_days"])
    said = (
        f"Deepest fall from a peak out of sample: {numbers.percent(fall['max_frac'])}{when}; "
        f"within any {horizon}, which is what the gate looks at, "
        f"{numbers.percent(fall['horizon_max_frac'])}."
    )
    if fall["bootstrap_median_frac"] is None or fall["bootstrap_upper_frac"] is None:
        return said + " There is too little to resample."
    return (
        f"{said} Resampled histories of {horizon} have a median of "
        f"{numbers.percent(fall['bootstrap_median_frac'])} and an upper bound of "
        f"{numbers.percent(fall['bootstrap_upper_frac'])}. The peak starts anew at the end of the "
        "burn-in."
    )


def minute(stamp: str) -> str:
    """A time of validate.json as it is printed: to the minute, UTC."""
    return stamp[:16].replace("T", " ")


def money_words(phase: Json) -> str:
    """Gross to net in one sentence."""
    money, trade = phase["money"], phase["per_trade"]
    return (
        f"Before costs the trades made {numbers.money(money['gross_pnl'], signed=True)}, "
        f"{numbers.bps(trade['mean_gross_bps'])} each. Fees took {numbers.money(money['fees'])}, "
        f"spread and slippage {numbers.money(money['slippage'])}, together "
        f"{numbers.bps(trade['mean_cost_bps'], signed=False)} a trade. What is left is "
        f"{numbers.money(money['net_pnl'], signed=True)}. All amounts in quote currency."
    )


def random_words(phase: Json) -> str:
    """What the same exits win without the signal."""
    random = phase["random_entry"]
    if random["win_rate"]["mean"] is None:
        return "No random entries could be matched: the signal’s own share is not known."
    excess = random["excess_win_rate"]
    bounds = numbers.interval("excess_win_rate", excess["low"], excess["high"])
    return (
        f"{numbers.count(random['matched_trades'])} trades were matched with "
        f"{numbers.count(random['pool'])} random bars of the same coin, hour, volatility class and "
        f"recent volatility, left by the same exits, in {numbers.count(random['draws'])} "
        f"portfolios. They win {numbers.percent(random['win_rate']['mean'])} of the time; the "
        f"strategy differs by {numbers.points(excess['value'])} ({bounds}). {_by_chance(random)}"
        "A win rate that random entries reach too is owed to the exits, not to the signal. The "
        "random bars may hold the signal’s own, which draws the difference towards zero."
    )


def _by_chance(random: Json) -> str:
    """The p-value in a sentence; nothing where there is none."""
    if random["p_value"] is None:
        return ""
    return (
        f"By the noise in that interval, chance alone would do as well with p{numbers.NBSP}"
        f"{numbers.plain(random['p_value'], 3)}. "
    )


def sureness(phase: Json) -> Pairs:
    """The intervals behind the gates, and what they would be under easier assumptions."""
    detail = phase["detail"]
    exact = detail["clopper_pearson_if_independent"]
    return [
        ("Design effect of the win rate", numbers.ratio(detail["design_effect_win_rate"])),
        ("Sharpe, probabilistic interval", _bounds("sharpe", detail["sharpe_psr"])),
        ("Win rate if trades were independent", _bounds("win_rate", exact)),
        ("Lo’s yearly factor (19.1 if independent)", numbers.plain(detail["lo_eta_365"], 1)),
        ("Sharpe, HAC interval", _bounds("sharpe", detail["sharpe_hac"])),
        ("Annual volatility", numbers.percent(detail["daily_vol_annual_frac"])),
        ("Sharpe, bootstrap interval", _bounds("sharpe", detail["sharpe_bootstrap"])),
        ("Profit factor, equal sizes", numbers.ratio(detail["profit_factor_equal_notional"])),
    ]


def _bounds(metric: str, bounds: Mapping[str, Any] | None) -> str:
    if bounds is None:
        return numbers.MISSING
    return numbers.interval(metric, bounds["low"], bounds["high"])


def own_values(gates: Mapping[str, Json], phase: Json) -> dict[str, float | None]:
    """The strategy's values beside the random entries' bands."""
    return {
        "win_rate": _value(gates, "win_rate"),
        "profit_factor": _value(gates, "profit_factor"),
        "mean_net_bps": phase["per_trade"]["mean_net_bps"],
    }


def _value(gates: Mapping[str, Json], metric: str) -> float | None:
    return gates[metric]["value"] if metric in gates else None


def has_random(phase: Json) -> bool:
    """Whether there is a band of random entries to draw."""
    return phase["random_entry"]["win_rate"]["mean"] is not None


def abstained_words(phase: Json) -> str:
    """Why a phase bought nothing, in a plain sentence; nothing where it traded."""
    if phase["counts"]["trades"]:
        return ""
    return abstention(phase) or "No admitted candidate was traded."


def facts(
    gates: Mapping[str, Json], phase: Json, period: Json, name: str = ""
) -> Sequence[dict[str, str]]:
    """Key figures at the foot of page one.

    Parameters
    ----------
    name
        Of the phase, where several are built.
    """
    counts = phase["counts"]
    of_phase = f"of {name} " if name else ""
    win = gates.get("win_rate")
    excess = phase["random_entry"]["excess_win_rate"]
    bounds = numbers.interval("excess_win_rate", excess["low"], excess["high"])
    effective = numbers.count(win["n_effective"]) if win else numbers.MISSING
    return [
        {
            "value": numbers.count(counts["trades"]),
            "words": f"trades {of_phase}out of sample, "
            f"{numbers.count(counts['losing_trades'])} of them losing",
        },
        {
            "value": effective,
            "words": "n effective: independent trades, or days with trades if fewer",
        },
        {
            "value": numbers.plain(period["days_out_of_sample"], 0),
            "words": f"days out of sample, {_blocks(period['blocks'])} of "
            f"{numbers.count(period['block_days'])} days",
        },
        {
            "value": numbers.points(excess["value"]),
            "words": f"win rate over random entries, {bounds}"
            if excess["value"] is not None
            else "win rate over random entries: cannot be computed",
        },
        {
            "value": numbers.percent(phase["money"]["net_return_frac"], signed=True),
            "words": f"net return {of_phase}on the capital out of sample",
        },
    ]


def _blocks(count: int) -> str:
    return f"{numbers.count(count)} block{'' if count == 1 else 's'}"
