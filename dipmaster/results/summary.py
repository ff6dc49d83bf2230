"""summary.json: the few figures that `dvc exp show` prints."""

from dataclasses import dataclass

from dipmaster.results.common import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """All of summary.json: the last phase built, out of sample.

    Attributes
    ----------
    verdict
        Of all phases together.
    phase
        The phase whose figures these are.
    gates_passed, gates_failed, gates_inconclusive
        Number of its gates.
    net_return
        Change of the account as a fraction; None where it began with nothing.
    win_rate, excess_win_rate, sharpe, profit_factor, max_drawdown
        Values of its gates; None where they cannot be computed.
    """

    verdict: Verdict
    phase: int
    gates_passed: int
    gates_failed: int
    gates_inconclusive: int
    trades: int
    net_return: float | None
    win_rate: float | None
    excess_win_rate: float | None
    sharpe: float | None
    profit_factor: float | None
    max_drawdown: float | None
