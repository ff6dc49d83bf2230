"""Results of the power study to tables in Markdown and to records for JSON."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from studies.power.exit_models import ExitModelsCost
from studies.power.figures import VERDICTS, ScoreFigures
from studies.power.market import PowerCase
from studies.power.summary import (
    RATIOS,
    Figure,
    RegimeCalibration,
    compare_with_wins,
    count_verdicts,
    pool_exit_models,
    pool_ratio,
)

SCORES = ("oracle", "pooled", "product")
HEADER = (
    *(ratio.name for ratio in RATIOS),
    "(mean p - won) / se",
    " / ".join(VERDICTS),
)
Record = dict[str, Any]


@dataclass(frozen=True)
class PowerResult:
    """One market in all three ways.

    Attributes
    ----------
    figures
        By name of `SCORES`.
    """

    case: PowerCase
    figures: Mapping[str, ScoreFigures]
    exit_models: ExitModelsCost | None


def render_summary(results: Sequence[PowerResult]) -> str:
    """A row for each of the three scores; all markets are of one edge."""
    rows = [[name, *_row([one.figures[name] for one in results])] for name in SCORES]
    return render_table(("scores", *HEADER), rows)


def render_markets(results: Sequence[PowerResult]) -> str:
    """The same, a row a market and score, without errors."""
    rows = [
        [str(one.case.seed), name, *_row([one.figures[name]])] for one in results for name in SCORES
    ]
    return render_table(("seed", "scores", *HEADER), rows)


def render_calibration(rows: Sequence[RegimeCalibration]) -> str:
    """A row a regime."""
    cells = [
        [
            row.regime,
            f"{row.n:,}",
            format_number(row.mean_p, 3),
            format_number(row.win_rate, 3),
            format_figure(row.slope, 2),
        ]
        for row in rows
    ]
    return render_table(("regime", "n", "mean p", "win rate", "slope"), cells)


def render_exit_models(results: Sequence[PowerResult]) -> str:
    """A row a market, and the mean over them."""
    measured = [(one.case.seed, one.exit_models) for one in results if one.exit_models]
    cells = [
        [
            str(seed),
            f"{cost.candidates:,}",
            format_bounds(cost.value, cost.low, cost.high),
            "yes" if cost.degraded else "no",
        ]
        for seed, cost in measured
    ]
    pooled = pool_exit_models([cost for _, cost in measured]) or (None, None, None)
    degraded = sum(cost.degraded for _, cost in measured)
    cells.append(["mean", "", format_bounds(*pooled), f"{degraded} of {len(measured)}"])
    return render_table(("seed", "candidates", "models on less off, bps", "degraded"), cells)


def render_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Rows as a table in Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def format_number(value: float | None, digits: int) -> str:
    """A number, a dash where there is none."""
    return "-" if value is None else f"{value:,.{digits}f}"


def format_figure(figure: Figure, digits: int) -> str:
    """A value with its standard error in brackets, where it has one."""
    if figure.error is None:
        return format_number(figure.value, digits)
    return f"{format_number(figure.value, digits)} ({format_number(figure.error, digits)})"


def format_bounds(value: float | None, low: float | None, high: float | None) -> str:
    """A value with its bounds, where it has any."""
    if low is None or high is None:
        return format_number(value, 2)
    return f"{format_number(value, 2)} [{format_number(low, 2)}, {format_number(high, 2)}]"


def _row(markets: Sequence[ScoreFigures]) -> Iterator[str]:
    for ratio in RATIOS:
        yield format_figure(pool_ratio(ratio, markets), ratio.digits)
    yield format_number(compare_with_wins(markets), 2)
    yield " / ".join(str(count) for count in count_verdicts(markets).values())


def build_record(
    edge: float, results: Sequence[PowerResult], calibration: Sequence[RegimeCalibration]
) -> Record:
    """All numbers of one edge, for documents that quote them."""
    exit_models = [one.exit_models for one in results if one.exit_models]
    return {
        "edge": edge,
        "scores": {name: _summarize([one.figures[name] for one in results]) for name in SCORES},
        "calibration_by_regime": [asdict(row) for row in calibration],
        "exit_models_bps": pool_exit_models(exit_models),
        "markets": [_describe_market(one) for one in results],
    }


def _summarize(markets: Sequence[ScoreFigures]) -> Record:
    figures = {ratio.name: asdict(pool_ratio(ratio, markets)) for ratio in RATIOS}
    excess = {"mean_p_less_win_rate_in_errors": compare_with_wins(markets)}
    return {**figures, **excess, "verdicts": count_verdicts(markets)}


def _describe_market(result: PowerResult) -> Record:
    return {
        "seed": result.case.seed,
        "exit_models": asdict(result.exit_models) if result.exit_models else None,
        **{
            name: {**asdict(figures), "block_residuals": figures.block_residuals.tolist()}
            for name, figures in result.figures.items()
        },
    }
