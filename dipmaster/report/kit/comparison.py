"""What a phase changed against the one before, on the same blocks: rows and a sentence."""

from collections.abc import Sequence
from dataclasses import dataclass

from dipmaster.report.inputs import Inputs, Json
from dipmaster.report.kit import numbers

MARKS = {"BETTER": "●", "WORSE": "○", "NOT SHOWN": "◐"}
NEITHER = "trades_frac"  # more or fewer trades are neither better nor worse


@dataclass(frozen=True)
class Kind:
    """A figure that two phases are compared in.

    Attributes
    ----------
    key, name, kind
        validate.json's key, the words, the format of a difference.
    scale, neutral
        What the drawn number is multiplied by, and where "no difference" lies.
    unit
        Words of the axis.
    """

    key: str
    name: str
    kind: str
    scale: float = 1.0
    neutral: float = 0.0
    unit: str = ""


KINDS = (
    Kind("win_rate", "Win rate", "points", 100.0, unit="points"),
    Kind("profit_factor", "Profit factor", "times", neutral=1.0, unit="times"),
    Kind("sharpe", "Sharpe", "signed", unit="per year"),
    Kind("max_drawdown", "Max drawdown", "points", 100.0, unit="points; less is better"),
    Kind("mean_net_bps", "Mean net a trade", "bps", unit="bp"),
    Kind("net_return", "Net return", "points", 100.0, unit="points of capital"),
    Kind("trades_frac", "Trades", "change", 100.0, unit="per cent"),
)
PLAIN = "the interval holds zero"
SAID = ("win_rate", "profit_factor", "mean_net_bps")


@dataclass(frozen=True)
class Row:
    """One figure in both phases and the difference with its interval."""

    kind: Kind
    before: str
    after: str
    change: str
    bounds: str
    mark: str
    verdict: str
    reason: str
    found: Json


def rows(inputs: Inputs, number: int) -> list[Row]:
    """One row a figure, in print order."""
    compared = differences(inputs, number)
    against = int(compared["against"])
    return [_row(inputs, kind, compared, number, against) for kind in KINDS]


def differences(inputs: Inputs, number: int) -> Json:
    """validate.json's paired differences of a phase."""
    found: Json = inputs.validate["differences"][str(number)]
    return found


def _row(inputs: Inputs, kind: Kind, compared: Json, number: int, against: int) -> Row:
    found = compared[kind.key]
    drawn = estimate_of(kind, found)
    return Row(
        kind=kind,
        before=_level(inputs, kind, against),
        after=_level(inputs, kind, number),
        change=numbers.metric(kind.kind, drawn["value"]),
        bounds=numbers.interval(kind.kind, drawn["low"], drawn["high"]),
        mark="" if kind.key == NEITHER else MARKS[found["verdict"]],
        verdict="for information" if kind.key == NEITHER else found["verdict"],
        reason="" if kind.key == NEITHER else found["reason"] or "",
        found=drawn,
    )


def estimate_of(kind: Kind, found: Json) -> Json:
    """Value and bounds as they are printed; the profit factor's is a ratio of the two."""
    if kind.key != "profit_factor":
        return found
    ratio: Json = found["ratio"]
    return ratio


def _level(inputs: Inputs, kind: Kind, number: int) -> str:
    phase = inputs.phase(number)
    if kind.key in numbers.MATRIX_METRICS:
        gate = inputs.gates_of(number).get(kind.key)
        return numbers.metric(kind.key, gate["value"]) if gate else numbers.MISSING
    if kind.key == "mean_net_bps":
        return numbers.bps(phase["per_trade"]["mean_net_bps"])
    if kind.key == "net_return":
        return numbers.percent(phase["money"]["net_return_frac"], signed=True)
    return numbers.count(phase["counts"]["trades"])


def contribution(inputs: Inputs, number: int) -> str:
    """What the phase contributed, in a sentence or two; without trades it says so."""
    compared = differences(inputs, number)
    if not inputs.phase(number)["counts"]["trades"]:
        return f"Against phase {compared['against']} it bought nothing: it neither earned nor lost."
    said = [_said(kind, compared[kind.key]) for kind in KINDS if kind.key in SAID]
    fewer = compared["trades_frac"]["value"]
    trades = "as many" if fewer == 0 else numbers.metric("change", fewer)
    return (
        f"Phase {number} against phase {compared['against']}, paired: {'; '.join(said)}; "
        f"{trades} trades.{_why_not_shown([compared[key] for key in SAID])}"
    )


def _said(kind: Kind, found: Json) -> str:
    change = numbers.estimate(estimate_of(kind, found), kind.kind)
    return f"{kind.name.lower()} {change}, {found['verdict'].lower()}"


def _why_not_shown(found: Sequence[Json]) -> str:
    """Why an interval on one side alone is not enough; the plain reason needs no words."""
    reasons = {one["reason"] for one in found if one["verdict"] == "NOT SHOWN"} - {PLAIN, ""}
    return f" Not shown: {'; '.join(sorted(reasons))}." if reasons else ""


def in_sentence(kind: Kind) -> str:
    """A figure's name within a sentence."""
    return kind.name if kind.key == "sharpe" else kind.name.lower()
