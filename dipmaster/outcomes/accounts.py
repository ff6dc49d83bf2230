"""Traded phases to accounts that can be compared: a sample, its candidates, and what it lacks."""

from dataclasses import dataclass, replace

import numpy as np

from dipmaster.backtest.metrics import DailyAccount
from dipmaster.evaluation.context import EvaluationContext
from dipmaster.evaluation.integrity import check_ledger
from dipmaster.evaluation.phase import CompletedPhase
from dipmaster.evaluation.statistics.minimum_data import describe_missing_data
from dipmaster.evaluation.statistics.paired.sides import PairedSide, build_side
from dipmaster.evaluation.statistics.sample import TradeSample, build_sample


@dataclass(frozen=True)
class ComparedAccount:
    """One side of a comparison.

    Attributes
    ----------
    lacking
        Why nothing may be concluded from it; empty where something may.
    """

    side: PairedSide
    lacking: str

    @property
    def sample(self) -> TradeSample:
        """Its trades and days out of sample."""
        return self.side.sample

    @property
    def trades(self) -> int:
        """Trades out of sample."""
        return self.sample.trades


def build_account(name: str, traded: CompletedPhase, context: EvaluationContext) -> ComparedAccount:
    """Cut a traded phase to the out-of-sample period.

    Parameters
    ----------
    name
        In words, for reasons.
    """
    ledger, period = traded.ledger, context.period
    sample = build_sample(ledger.trades, ledger.equity, period)
    side = replace(build_side(traded.phase.number, sample, ledger, period), name=name)
    return ComparedAccount(side, _describe_lacking(name, traded, sample, context))


def _describe_lacking(
    name: str, traded: CompletedPhase, sample: TradeSample, context: EvaluationContext
) -> str:
    ledger, params = traded.ledger, context.params
    checks = check_ledger(
        ledger.trades, ledger.fills, ledger.equity, sample, context.period, params.execution.capital
    )
    if not all(check.passed for check in checks):
        return f"withheld: the ledger of {name} fails its checks"
    abstention = traded.orders.abstention
    if abstention is not None and abstention.reason:
        return f"{name} abstained: {abstention.reason}"
    lacking = describe_missing_data(sample, params.gates)
    return lacking.replace("too small", f"too small in {name}", 1)


def stay_flat(account: ComparedAccount) -> ComparedAccount:
    """An account over the same days and blocks whose equity never moves."""
    days = account.sample.days
    ones, zeros = np.ones(days.growth.size), np.zeros(days.growth.size)
    flat = DailyAccount(growth=ones, high=ones, low=ones, drawdown=zeros)
    sample = replace(account.sample, days=flat)
    return ComparedAccount(replace(account.side, name="no trading", sample=sample), account.lacking)
