"""Trades as points: maximum adverse and favourable excursion, and what each netted."""

import numpy as np
import pandas as pd

from dipmaster.evaluation.figures.breakdowns import Record

AT_MOST = 600  # points


def excursion_points(trades: pd.DataFrame, at_most: int = AT_MOST) -> list[Record]:
    """A row a trade, every k-th where there are too many, with k as small as it can be."""
    shown = trades.iloc[:: max(1, -(-len(trades) // at_most))]
    columns = {
        name: 1e4 * shown[column].to_numpy(dtype=np.float64)
        for name, column in (
            ("mae_bps", "mae_frac"),
            ("mfe_bps", "mfe_frac"),
            ("net_bps", "return_frac"),
        )
    }
    kinds = shown["exit_type"].to_numpy(dtype=str)
    return [
        {**{name: float(values[row]) for name, values in columns.items()}, "exit_type": str(kind)}
        for row, kind in enumerate(kinds)
    ]
