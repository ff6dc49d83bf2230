"""Change of an account over the out-of-sample period, and a year of it."""

from dipmaster.core.kernels import Floats
from dipmaster.core.time_units import DAYS_PER_YEAR


def compute_net_return(start: float, marks: Floats) -> float | None:
    """Change of the account over the marks; None where it began with nothing."""
    return float(marks[-1] / start - 1.0) if start > 0.0 else None


def annualise_return(return_frac: float | None, days: float) -> float | None:
    """Compound a return over calendar days to 365 of them.

    Returns
    -------
    float or None
        None where the return is, and below a year: a return of weeks says nothing of a year
        (GIPS 2020, 2.A.4). -1 where everything was lost.
    """
    if return_frac is None or days < DAYS_PER_YEAR:
        return None
    return float(max(1.0 + return_frac, 0.0) ** (DAYS_PER_YEAR / days) - 1.0)
