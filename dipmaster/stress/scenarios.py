"""The scenarios: which shock model each uses, and what it changes about execution."""

from collections.abc import Callable
from dataclasses import dataclass

from dipmaster.core.params import Execution, Stress
from dipmaster.results.stress import UNTOUCHED
from dipmaster.stress.bars import BarMoves
from dipmaster.stress.shocks.correlation_breakdown import correlate
from dipmaster.stress.shocks.delisting import delist
from dipmaster.stress.shocks.flash_crash import flash
from dipmaster.stress.shocks.liquidity import dry_up
from dipmaster.stress.shocks.market_crash import crash_as_written, crash_scaled
from dipmaster.stress.shocks.outage import fall_unseen, go_down
from dipmaster.stress.shocks.stale_prices import freeze
from dipmaster.stress.shocks.volatility_spike import spike_as_written, spike_scaled
from dipmaster.stress.shocks.worst_days import replay
from dipmaster.stress.window import ShockWindow


def _leave_bars(window: ShockWindow, stress: Stress) -> BarMoves:
    return window.moves


def _leave_execution(execution: Execution, stress: Stress) -> Execution:
    return execution


def _raise_fees(execution: Execution, stress: Stress) -> Execution:
    fee = stress.fee_multiple * execution.taker_fee_bps
    return execution.model_copy(update={"taker_fee_bps": fee})


@dataclass(frozen=True)
class Scenario:
    """One scenario.

    Attributes
    ----------
    name
        As in results.
    shock
        A window and params to its moves under the shock.
    in_roadmap
        One of the roadmap's, which has more dates.
    change_execution
        Account and costs under the scenario.
    """

    name: str
    shock: Callable[[ShockWindow, Stress], BarMoves] = _leave_bars
    in_roadmap: bool = False
    change_execution: Callable[[Execution, Stress], Execution] = _leave_execution

    def dates(self, stress: Stress) -> int:
        """On how many dates it is run."""
        return stress.dates if self.in_roadmap else stress.other_dates


SCENARIOS: tuple[Scenario, ...] = (
    Scenario(UNTOUCHED, in_roadmap=True),
    Scenario("market_crash", crash_as_written, in_roadmap=True),
    Scenario("market_crash_scaled", crash_scaled, in_roadmap=True),
    Scenario("volatility_spike", spike_as_written, in_roadmap=True),
    Scenario("volatility_spike_scaled", spike_scaled, in_roadmap=True),
    Scenario("correlation_breakdown", correlate, in_roadmap=True),
    Scenario("liquidity_drought", dry_up),
    Scenario("outage", go_down),
    Scenario("outage_crash", fall_unseen),
    Scenario("flash_crash", flash),
    Scenario("delisting", delist),
    Scenario("stale_prices", freeze),
    Scenario("fees_raised", change_execution=_raise_fees),
    Scenario("worst_days", replay),
)
"""`untouched` is no shock: what the others are compared with, on the same dates."""
