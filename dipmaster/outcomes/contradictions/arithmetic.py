"""Win rate, profit factor, Sharpe and drawdown: what some of them make of the others."""

import math

from dipmaster.evaluation.statistics.drawdown_law import find_level, probability_below

DEEPEST = 8.0  # standard deviations of a year: no median is as deep


def pay_off(win_rate: float, profit_factor: float) -> float:
    """Average win over average loss that a win rate and a profit factor fix."""
    return profit_factor * (1.0 - win_rate) / win_rate


def break_even(payoff: float) -> float:
    """Win rate at which wins pay for losses."""
    return 1.0 / (1.0 + payoff)


def sharpe_per_trade(win_rate: float, profit_factor: float) -> float:
    """Mean over standard deviation of trades that win one amount or lose another."""
    payoff = pay_off(win_rate, profit_factor)
    gain = win_rate * payoff - (1.0 - win_rate)
    return gain / ((1.0 + payoff) * math.sqrt(win_rate * (1.0 - win_rate)))


def find_median_drawdown(volatility: float, sharpe: float, years: float = 1.0) -> float:
    """Drawdown that half of all years stay below, of an account that moves as Brownian motion."""
    return find_level(
        lambda limit: probability_below(limit, volatility, sharpe, years),
        1e-3,
        volatility * DEEPEST,
        0.5,
    )
