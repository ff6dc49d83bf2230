"""The metrics: what each is called, measured in, and means; read by gates, report and docs.

How a metric is estimated, compared and judged is bound to it by its key in
`dipmaster.evaluation.statistics.metrics`. A gate or a comparison that is not here does not exist.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

NumberFormat = Literal["percent", "points", "change", "ratio", "signed", "times", "bps", "count"]
Unit = Literal["fraction", "ratio", "per year", "basis points", "trades"]
Direction = Literal["min", "max"]
_SCALES: Mapping[str, float] = {"percent": 100.0, "points": 100.0, "change": 100.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricChange:
    """How the change of a metric between two phases is shown; `no_change` is its neutral value."""

    number_format: NumberFormat
    axis: str
    no_change: float = 0.0

    @property
    def scale(self) -> float:
        """What a value is multiplied by where it is drawn."""
        return _SCALES.get(self.number_format, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One metric; everything about it but its estimator.

    Attributes
    ----------
    key
        Its name in gates.json, in params and in all other files.
    title
        Its name in print.
    unit, number_format
        Of value, bounds and target.
    axis
        Unit in words, under a chart.
    support
        Least and largest value it can have, in its unit; None without a limit.
    zero_on_axis
        Whether charts of it always show zero.
    direction
        "min" where more is better, "max" where less is, None where neither.
    counted_in
        What its sample consists of.
    definition, notes
        One sentence, and those beside it; `{name}` stands for a setting of `params.gates`.
    interval_note
        What its interval is, where that is not the interval of the value.
    is_gate, fixed_target
        Whether phases are judged on it; a target that all phases share, else params have one.
    change
        How its change between phases is shown; None where it is not compared.
    """

    key: str
    title: str
    unit: Unit
    number_format: NumberFormat
    axis: str
    direction: Direction | None
    counted_in: Literal["trades", "days"]
    definition: str
    notes: str = ""
    interval_note: str = ""
    support: tuple[float | None, float | None] = (None, None)
    zero_on_axis: bool = False
    is_gate: bool = False
    fixed_target: float | None = None
    change: MetricChange | None = None

    @property
    def scale(self) -> float:
        """What a value is multiplied by where it is drawn."""
        return _SCALES.get(self.number_format, 1.0)

    @property
    def name(self) -> str:
        """Title within a sentence: Sharpe is a person's name."""
        return self.title if self.key == "sharpe" else self.title[:1].lower() + self.title[1:]

    @property
    def in_roadmap(self) -> bool:
        """Whether the roadmap has a target for it in every phase."""
        return self.is_gate and self.fixed_target is None

    @property
    def changes_by_ratio(self) -> bool:
        """Whether its change is the logarithm of a ratio, which is shown as the ratio."""
        return self.change is not None and self.change.number_format == "times"

    def describe(self, settings: Mapping[str, object]) -> str:
        """Definition and notes, with the settings they name filled in.

        Raises
        ------
        KeyError
            Where a setting that they name is missing.
        """
        return f"{self.definition} {self.notes}".strip().format_map(settings)


WIN_RATE = Metric(
    key="win_rate",
    title="Win rate",
    unit="fraction",
    number_format="percent",
    axis="per cent of trades",
    direction="min",
    counted_in="trades",
    definition="Winning trades over all trades, each with equal weight.",
    support=(0.0, 1.0),
    is_gate=True,
    change=MetricChange(number_format="points", axis="points"),
)

SHARPE = Metric(
    key="sharpe",
    title="Sharpe",
    unit="per year",
    number_format="ratio",
    axis="per year, from daily net returns",
    direction="min",
    counted_in="days",
    definition=(
        "Mean over standard deviation of daily net returns on the full capital, days without "
        "trades included, times the root of 365."
    ),
    notes="No risk-free rate.",
    zero_on_axis=True,
    is_gate=True,
    change=MetricChange(number_format="signed", axis="per year"),
)

PROFIT_FACTOR = Metric(
    key="profit_factor",
    title="Profit factor",
    unit="ratio",
    number_format="ratio",
    axis="net wins / net losses, in money",
    direction="min",
    counted_in="trades",
    definition="Sum of net wins over sum of net losses, in money.",
    notes=(
        "Above 1 the strategy earned money, below 1 it lost money. Without a losing trade it "
        "cannot be computed."
    ),
    support=(0.0, None),
    zero_on_axis=True,
    is_gate=True,
    change=MetricChange(number_format="times", axis="times", no_change=1.0),
)

MAX_DRAWDOWN = Metric(
    key="max_drawdown",
    title="Max drawdown",
    unit="fraction",
    number_format="percent",
    axis="per cent of the peak",
    direction="max",
    counted_in="days",
    definition=(
        "Largest fall from a peak of equity within any {drawdown_horizon_days} days out of sample "
        "(within all of them where there are fewer), marked at every 5-minute bar and not only at "
        "closed trades."
    ),
    notes=(
        "The bounds are those of bootstrap paths of {drawdown_horizon_days} days. The length is "
        "fixed because drawdown grows with the length of the period."
    ),
    interval_note="bootstrap",
    support=(0.0, 1.0),
    zero_on_axis=True,
    is_gate=True,
    change=MetricChange(number_format="points", axis="points; less is better"),
)

EXCESS_WIN_RATE = Metric(
    key="excess_win_rate",
    title="Excess win rate",
    unit="fraction",
    number_format="points",
    axis="percentage points above matched random entries",
    direction="min",
    counted_in="trades",
    definition=(
        "Win rate minus that of random entries with the same exits and costs, matched on coin, "
        "hour of the day, volatility class and recent volatility."
    ),
    notes=(
        "It says how much of the win rate is the signal’s own and how much is the geometry of "
        "target and stop. Its interval holds the noise of the trades and of the random entries, "
        "both by block, as if they were independent, or taken together where that is wider."
    ),
    support=(-1.0, 1.0),
    is_gate=True,
    fixed_target=0.0,
)

MEAN_NET_BPS = Metric(
    key="mean_net_bps",
    title="Mean net return per trade",
    unit="basis points",
    number_format="bps",
    axis="bp",
    direction="min",
    counted_in="trades",
    definition="Mean over trades of net profit over the position’s value at entry.",
    change=MetricChange(number_format="bps", axis="bp"),
)

NET_RETURN = Metric(
    key="net_return",
    title="Net return",
    unit="fraction",
    number_format="change",
    axis="per cent of capital",
    direction="min",
    counted_in="days",
    definition="Change of equity over all days out of sample, as a share of what they began with.",
    support=(-1.0, None),
    change=MetricChange(number_format="points", axis="points of capital"),
)

TRADES_FRAC = Metric(
    key="trades_frac",
    title="Trades",
    unit="trades",
    number_format="count",
    axis="trades",
    direction=None,
    counted_in="trades",
    definition="Trades opened out of sample; more or fewer are neither better nor worse.",
    support=(0.0, None),
    change=MetricChange(number_format="change", axis="per cent"),
)

GATES = (WIN_RATE, SHARPE, PROFIT_FACTOR, MAX_DRAWDOWN, EXCESS_WIN_RATE)
"""What phases are judged on, in print order."""

_NO_GATES = (MEAN_NET_BPS, NET_RETURN, TRADES_FRAC)
COMPARED = (WIN_RATE, PROFIT_FACTOR, SHARPE, MAX_DRAWDOWN, *_NO_GATES)
"""What two phases are compared in, in print order."""

FIXED_TARGETS: Mapping[str, float] = {
    metric.key: metric.fixed_target for metric in GATES if metric.fixed_target is not None
}
"""Targets that are the same in all phases, by key."""

METRICS: Mapping[str, Metric] = {metric.key: metric for metric in (*GATES, *COMPARED)}
"""All metrics by key, gates first."""
