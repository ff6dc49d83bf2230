"""Win probability and payoff to the share of the account that is bet (Kelly 1956)."""

import numpy as np

from dipmaster.core.kernels import Floats


def compute_kelly_frac(win_probability: Floats, payoff: Floats, share_frac: float) -> Floats:
    """``share_frac x max(0, p - (1 - p) / b)``; the largest growth of log wealth at share 1.

    Parameters
    ----------
    win_probability
        Shape (rows,), p within 0..1.
    payoff
        Shape (rows,), b, mean win over mean loss, above 0.
    share_frac
        Share of the full fraction; the roadmap's .25.

    Returns
    -------
    Floats
        Shape (rows,), never negative; NaN where p or b is.
    """
    full = win_probability - (1.0 - win_probability) / payoff
    return np.asarray(share_frac * np.maximum(full, 0.0), dtype=np.float64)
