"""Differences to the sections of a review: tables and text charts in Markdown.

Values of params.yaml and reasons of metrics files are text that somebody else may have written:
none of it is taken for Markdown.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from dipmaster.cli import text_chart
from dipmaster.cli.console import format_metric
from dipmaster.cli.differences import Differences, GateChange, PhaseChange, StepChange
from dipmaster.cli.lock_file import OutputPair
from dipmaster.core import catalog
from dipmaster.report.chapters.confidence.funnel import STEPS, in_words
from dipmaster.report.kit import numbers
from dipmaster.report.kit.gates import bounds_of, gate_target, value_of
from dipmaster.report.kit.verdicts import mark
from dipmaster.results.gates import GateRow
from dipmaster.results.metrics import METRICS

MAX_ROWS = 60
"""Rows of a table or charts of a section; how many more there are is said."""
MAX_TEXT = 80
"""Characters of a value that is no number; what is cut ends in an ellipsis."""
HASH_DIGITS = 12
NAME_WIDTH = 24
BAR_WIDTH = 28
_DELTAS = {"percent": "points", "points": "points", "ratio": "signed", "bps": "bps"}
_SPECIAL = str.maketrans(
    {one: f"\\{one}" for one in "\\`*_[]|#~"}
    | {"<": "&lt;", ">": "&gt;", "&": "&amp;", "@": "@\N{ZERO WIDTH SPACE}", "\n": " ", "\r": " "}
)


def escape(text: str, limit: int = 400) -> str:
    """Text as it is, whatever Markdown would make of its characters."""
    return cut(text, limit).translate(_SPECIAL)


def code(value: Any, limit: int = MAX_TEXT) -> str:
    """A value as code, in a table cell too; an en dash for None."""
    if value is None:
        return numbers.MISSING
    text = cut(" ".join(str(value).split()), limit).replace("`", "'").replace("|", "\\|")
    return f"`{text}`" if text else "(empty)"


def cut(text: str, limit: int) -> str:
    """At most so many characters."""
    return text if len(text) <= limit else text[: limit - 1] + "\N{HORIZONTAL ELLIPSIS}"


def build_table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; a heading that ends in a colon has numbers below it."""
    lines = list(rows)
    shown = [[head.removesuffix(":") for head in heads]]
    shown.append(["---:" if head.endswith(":") else "---" for head in heads])
    text = "\n".join(f"| {' | '.join(line)} |" for line in (*shown, *lines[:MAX_ROWS]))
    more = len(lines) - MAX_ROWS
    return f"{text}\n\n{more} more are not shown." if more > 0 else text


def changed(before: str, after: str) -> str:
    """Two printed values, the base's first; one where they are the same."""
    return after if before == after else f"{before} → {after}"


def tabulate_phases(phases: Sequence[PhaseChange]) -> str:
    """Verdict, trades and mean net return of the phases in which one of them differs."""
    heads = ("phase", "verdict", "trades:", f"{METRICS['mean_net_bps'].title.lower()}:")
    return build_table(heads, [_phase_cells(one) for one in phases])


def _phase_cells(one: PhaseChange) -> list[str]:
    pairs = [
        (
            _judged(row.verdict) if row else "not built",
            numbers.count(row.trades if row else None),
            format_metric("mean_net_bps", row.mean_net_bps if row else None),
        )
        for row in (one.before, one.after)
    ]
    return [str(one.phase), *(changed(*cells) for cells in zip(*pairs, strict=True))]


def _judged(verdict: str) -> str:
    return f"{mark(verdict)} {verdict}"


def tabulate_gates(gates: Sequence[GateChange]) -> str:
    """Every gate that differs: verdict, target, both values with intervals, and the change."""
    heads = ("phase", "gate", "verdict", "target:", "base:", "head:", "change:")
    return build_table(heads, [_gate_cells(one) for one in gates])


def _gate_cells(one: GateChange) -> list[str]:
    rows = (one.before, one.after)
    verdicts = [_judged(row.verdict) if row else "no gate" for row in rows]
    targets = [gate_target(row) if row else numbers.MISSING for row in rows]
    metric = METRICS[one.metric]
    return [
        str(one.phase),
        metric.title,
        changed(*verdicts),
        changed(*targets) if all(rows) else max(targets, key=len),
        *(_estimate(row) for row in rows),
        show_delta(one),
    ]


def show_delta(one: GateChange) -> str:
    """Value less the base's in print; what would be printed as 0 and is not, is said to be less."""
    text = numbers.show(one.delta, _DELTAS[METRICS[one.metric].number_format])
    is_zero = one.delta is not None and not any(digit in text for digit in "123456789")
    return "below rounding" if is_zero and one.delta != 0.0 else text


def _estimate(row: GateRow | None) -> str:
    if row is None or row.value is None:
        return numbers.MISSING
    bounds = bounds_of(row)
    return value_of(row) if bounds == numbers.MISSING else f"{value_of(row)} ({bounds})"


def draw_gates(gates: Sequence[GateChange]) -> str:
    """Both intervals of each gate on one scale, with the target; of those that differ in print."""
    differing = [one for one in gates if _in_print(one.before) != _in_print(one.after)]
    charts = [text for one in differing[:MAX_ROWS] if (text := "\n".join(_draw_gate(one)))]
    return fence("\n\n".join(charts)) if charts else ""


def _in_print(row: GateRow | None) -> tuple[str, ...]:
    return () if row is None else (row.verdict, gate_target(row), _estimate(row))


def _draw_gate(one: GateChange) -> Iterator[str]:
    rows = {name: row for name, row in (("base", one.before), ("head", one.after)) if row}
    scale = text_chart.find_scale(
        value for row in rows.values() for value in (row.value, row.low, row.high, row.target)
    )
    if scale is None or all(row.value is None for row in rows.values()):
        return
    edges = [format_metric(one.metric, edge) for edge in (scale.low, scale.high)]
    space = text_chart.WIDTH - sum(map(len, edges))
    yield f"phase {one.phase}, {METRICS[one.metric].name}"
    yield f"     {edges[0]}{' ' * max(space, 1)}{edges[1]}"
    for name, row in rows.items():
        line = text_chart.draw_interval(scale, row.value, row.low, row.high, row.target)
        yield f"{name} {line} {mark(row.verdict)}"


def tabulate_params(differences: Differences) -> str:
    """Every changed param with both values."""
    rows = [
        (code(path), code(before), code(after))
        for path, (before, after) in differences.params.items()
    ]
    return build_table(("param", "base", "head"), rows)


def draw_steps(steps: Sequence[StepChange]) -> str:
    """Candidates left after each step; the bar is that of the head."""
    largest = max(max(one.before or 0, one.after or 0) for one in steps)
    lines = [f"{'step':<{NAME_WIDTH}}{'base':>9}{'head':>9}{'change':>9}"]
    for one in steps:
        name = cut(in_words(STEPS, one.step), NAME_WIDTH - 1)
        counts = "".join(f"{numbers.count(value):>9}" for value in (one.before, one.after))
        bar = text_chart.draw_bar(one.after or 0, largest, BAR_WIDTH)
        lines.append(f"{name:<{NAME_WIDTH}}{counts}{_count_change(one):>9}  {bar}".rstrip())
    return fence("\n".join(lines))


def _count_change(one: StepChange) -> str:
    if one.before is None or one.after is None:
        return numbers.MISSING
    return numbers.plain(one.after - one.before, 0, signed=True)


def tabulate_files(differences: Differences) -> str:
    """Every file of metrics that differs, and in how many of its values."""
    rows = [
        (
            code(one.path.as_posix()),
            "only in one of the two" if one.differing is None else numbers.count(one.differing),
            numbers.count(one.values),
        )
        for one in differences.files
    ]
    return build_table(("file", "values that differ:", "of:"), rows)


def tabulate_hashes(differences: Differences, codes: Sequence[str]) -> str:
    """Code, the market's data, and every other output whose hash differs, metrics aside."""
    rows = [("code (commit)", *codes)] + [
        (f"{code(pair.path)} ({pair.stage})", *(shorten_hash(one) for one in hashes))
        for pair in differences.outputs
        for hashes in [(pair.before, pair.after)]
        if pair.path == catalog.INGEST.as_posix() or _is_other_output(pair)
    ]
    return build_table(("", "base", "head"), rows)


def _is_other_output(pair: OutputPair) -> bool:
    return pair.before != pair.after and Path(pair.path).parent != catalog.METRICS


def shorten_hash(md5: str | None) -> str:
    """The first digits of a hash of dvc.lock."""
    return code(None if md5 is None else md5[:HASH_DIGITS])


def draw_seconds(seconds: Sequence[tuple[str, float]]) -> str:
    """A bar a stage."""
    largest = max(value for _, value in seconds)
    lines = [
        f"{cut(stage, NAME_WIDTH - 1):<{NAME_WIDTH}}{numbers.plain(value, 1):>9} s  "
        f"{text_chart.draw_bar(value, largest, BAR_WIDTH)}".rstrip()
        for stage, value in seconds
    ]
    total = sum(value for _, value in seconds)
    return fence("\n".join([*lines, f"{'all':<{NAME_WIDTH}}{numbers.plain(total, 1):>9} s"]))


def fence(text: str) -> str:
    """Text in a font of fixed width."""
    return f"```text\n{text.replace('`', chr(39))}\n```"
