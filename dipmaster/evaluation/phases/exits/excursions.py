"""Trades as points: maximum adverse and favourable excursion, and what each netted."""

import numpy as np
import pandas as pd

from dipmaster.results.evaluation.exits import TradeDot

AT_MOST = 600  # points


def excursion_points(trades: pd.DataFrame, at_most: int = AT_MOST) -> tuple[TradeDot, ...]:
    """A row a trade, every k-th where there are too many, with k as small as it can be."""
    shown = trades.iloc[:: max(1, -(-len(trades) // at_most))]
    mae, mfe, net = (
        (1e4 * shown[column].to_numpy(dtype=np.float64)).tolist()
        for column in ("mae_frac", "mfe_frac", "return_frac")
    )
    kinds = shown["exit_type"].to_numpy(dtype=str).tolist()
    return tuple(
        TradeDot(mae_bps=adverse, mfe_bps=favourable, net_bps=netted, exit_type=kind)
        for adverse, favourable, netted, kind in zip(mae, mfe, net, kinds, strict=True)
    )
