"""Whether the exit models reduce net return: then the phase fails, whatever it traded.

A phase that trades few candidates could hide its models behind the rules that let
them act seldom. So they are judged on every candidate out of sample, each simulated
individually with the models and without.
"""

from dipmaster.core.params import Gates
from dipmaster.evaluation.standalone import StandalonePair
from dipmaster.evaluation.statistics.paired.trades import compare_mean_net
from dipmaster.results.common import SampleInterval
from dipmaster.results.evaluation.phase import Degradation


def measure_degradation(pair: StandalonePair, gates: Gates) -> Degradation | None:
    """Measure what the models cost; None where no cost is shown.

    Held against alpha itself, not Holm's share of it: where the ablation says that the
    models are harmful, the phase fails.

    Parameters
    ----------
    pair
        The same entries with the models (after) and without (before).
    """
    if pair.lacking(gates):
        return None
    change, n = compare_mean_net(pair.after.track, pair.before.track, gates.alpha), len(pair.after)
    if change.value is None or change.low is None or change.high is None or change.high >= 0.0:
        return None
    return Degradation(
        reason=f"the exit models reduce net return by {-change.value:.1f} bp per trade "
        f"(confidence interval {-change.high:.1f} to {-change.low:.1f} bp) over {n:,} "
        "candidates simulated individually",
        change_mean_net_bps=SampleInterval(
            value=change.value, low=change.low, high=change.high, n=n, reason=""
        ),
    )
