"""What an evaluation found, in the few figures that its line keeps."""

import hashlib
from collections.abc import Mapping
from typing import Any

import pandas as pd

from dipmaster.core.store import to_json_value
from dipmaster.results import Summary, to_json
from dipmaster.trials.identity import digest_frame

SHOWN = ("verdict", "trades", "win_rate", "sharpe", "profit_factor", "max_drawdown", "net_return")
DECIDED = ("candidate_id", "entry_time", "exit_time", "weight_frac", "return_frac")


def build_record(summary: Summary, trades: Mapping[int, pd.DataFrame]) -> dict[str, Any]:
    """Figures of the last phase, and a digest of the trades of all.

    Parameters
    ----------
    trades
        Phase to table TRADES.
    """
    found = to_json(summary)
    digest = hashlib.sha256()
    for phase in sorted(trades):
        digest.update(f"{phase}:{digest_frame(trades[phase][list(DECIDED)])}\n".encode())
    figures = {name: to_json_value(found[name]) for name in SHOWN}
    return {**figures, "trades_digest": digest.hexdigest()}
