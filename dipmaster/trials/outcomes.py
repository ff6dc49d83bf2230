"""What an evaluation came to, in the few figures that its line keeps."""

import hashlib
from collections.abc import Mapping

import pandas as pd

from dipmaster.results.summary import Summary
from dipmaster.results.trials import TrialOutcome
from dipmaster.trials.identity import digest_frame

DECIDED = ("candidate_id", "entry_time", "exit_time", "weight_frac", "return_frac")


def build_outcome(summary: Summary, trades: Mapping[int, pd.DataFrame]) -> TrialOutcome:
    """Figures of the last phase, and a digest of the trades of all.

    Parameters
    ----------
    trades
        Phase to table TRADES.
    """
    return TrialOutcome(
        verdict=summary.verdict,
        trades=summary.trades,
        win_rate=summary.win_rate,
        sharpe=summary.sharpe,
        profit_factor=summary.profit_factor,
        max_drawdown=summary.max_drawdown,
        net_return=summary.net_return,
        trades_digest=digest_trades(trades),
    )


def digest_trades(trades: Mapping[int, pd.DataFrame]) -> str:
    """SHA-256 of what was bought and sold, when, and at what return."""
    digest = hashlib.sha256()
    for phase in sorted(trades):
        digest.update(f"{phase}:{digest_frame(trades[phase][list(DECIDED)])}\n".encode())
    return digest.hexdigest()
