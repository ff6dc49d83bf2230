"""The achievement matrix and today's figures against themselves."""

import math

from dipmaster.outcomes import stated
from dipmaster.outcomes.contradictions.arithmetic import break_even, pay_off, sharpe_per_trade
from dipmaster.results.outcomes import Contradiction

TRADES_PER_YEAR = 250  # independent ones: about one a working day


def refute_current_sharpe() -> Contradiction:
    """A profit factor below 1 is a loss."""
    now = stated.CURRENT
    implied = sharpe_per_trade(now.win_rate, now.profit_factor)
    return Contradiction(
        id="current_sharpe",
        section="Matrix, column “Current”",
        statement=f"Sharpe {now.sharpe:g} with a profit factor of {now.profit_factor:g}.",
        stated=now.sharpe,
        implied=implied,
        unit="fine",
        arithmetic="A profit factor below 1 is a net loss, so the Sharpe ratio is below 0. "
        f"With a win rate of {100 * now.win_rate:g} % it is {implied:.3f} per trade.",
        reading="Phase 0 is measured instead, both from one ledger.",
    )


def refute_current_win_rate() -> Contradiction:
    """The win rate at which the stated payoff breaks even is not reached."""
    now = stated.CURRENT
    payoff = pay_off(now.win_rate, now.profit_factor)
    return Contradiction(
        id="current_win_rate",
        section="Matrix, column “Current”",
        statement=f"A win rate of {100 * now.win_rate:g} % to build on.",
        stated=now.win_rate,
        implied=break_even(payoff),
        unit="percent",
        arithmetic=f"Profit factor {now.profit_factor:g} makes the average win {payoff:.3f} of the "
        f"average loss; break-even needs 1 / (1 + {payoff:.3f}) of the trades to win.",
        reading="Break-even win rate and payoff are printed beside the win rate.",
    )


def refute_sharpe_gap() -> Contradiction:
    """Nothing lies more than 100 % below."""
    now, goal = stated.CURRENT.sharpe, stated.MATRIX[4].sharpe
    return _refute_gap("sharpe_gap", "Sharpe", now, goal, stated.SHARPE_BELOW_FRAC)


def refute_profit_factor_gap() -> Contradiction:
    """Nothing lies more than 100 % below."""
    now, goal = stated.CURRENT.profit_factor, stated.MATRIX[4].profit_factor
    return _refute_gap(
        "profit_factor_gap", "Profit factor", now, goal, stated.PROFIT_FACTOR_BELOW_FRAC
    )


def _refute_gap(id_: str, name: str, now: float, goal: float, says: float) -> Contradiction:
    return Contradiction(
        id=id_,
        section="Current performance",
        statement=f"{name} {100 * says:.0f} % below target ({now:g} against {goal:g}).",
        stated=says,
        implied=1.0 - now / goal,
        unit="percent",
        arithmetic=f"1 - {now:g} / {goal:g}; a rise of {100 * (goal / now - 1):.0f} % is needed.",
        reading="Both figures are stated.",
    )


def refute_phase_1_sharpe() -> Contradiction:
    """A profit factor of 1 earns nothing."""
    goal = stated.MATRIX[1]
    return Contradiction(
        id="phase_1_sharpe",
        section="Matrix, phase 1",
        statement=f"Sharpe {goal.sharpe:g} with a profit factor of {goal.profit_factor:.1f}.",
        stated=goal.sharpe,
        implied=abs(sharpe_per_trade(goal.win_rate, goal.profit_factor)),
        unit="fine",
        arithmetic="A profit factor of 1 is a net result of 0, hence a Sharpe ratio of 0.",
        reading="Both targets stay; the Sharpe target is binding.",
    )


def refute_phase_4_sharpe() -> Contradiction:
    """The final win rate and profit factor make the Sharpe target idle."""
    goal = stated.MATRIX[4]
    per_trade = sharpe_per_trade(goal.win_rate, goal.profit_factor)
    enough = (goal.sharpe / per_trade) ** 2
    return Contradiction(
        id="phase_4_sharpe",
        section="Matrix, final target",
        statement=f"Sharpe {goal.sharpe:g} beside {100 * goal.win_rate:g} % and a profit factor of "
        f"{goal.profit_factor:g}.",
        stated=goal.sharpe,
        implied=per_trade * math.sqrt(TRADES_PER_YEAR),
        unit="fine",
        arithmetic=f"{per_trade:.3f} per trade x √{TRADES_PER_YEAR} independent trades a year; "
        f"{enough:.0f} a year already give {goal.sharpe:g}.",
        reading="All gates stay; win rate and profit factor are the binding ones.",
    )


def refute_phase_4_start() -> Contradiction:
    """Phase 4 does not start where phase 3 ends."""
    says, goal = stated.PHASE_4_STARTS_AT_WIN_RATE, stated.MATRIX[3].win_rate
    return Contradiction(
        id="phase_4_start",
        section="4, heading",
        statement=f"Phase 4 starts at a win rate of {100 * says:g} %.",
        stated=says,
        implied=goal,
        unit="percent",
        arithmetic=f"Phase 3’s target in the matrix is {100 * goal:g} %.",
        reading="The matrix applies.",
    )
