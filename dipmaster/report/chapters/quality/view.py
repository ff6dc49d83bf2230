"""Quality of the bars and integrity checks as tables and lists."""

from collections.abc import Mapping

import numpy as np

from dipmaster.core.time_units import BAR_MS
from dipmaster.report.chapter import Chapter, Context
from dipmaster.report.chapters.quality.fetched import describe_fetched, describe_missing
from dipmaster.report.inputs import ReportInputs, time_of
from dipmaster.report.kit import numbers
from dipmaster.report.kit.numbers import NBSP
from dipmaster.report.kit.table import Column, Table, table, texts
from dipmaster.results.evaluation.record import IntegrityCheck
from dipmaster.results.ingest import FileSummary, IngestResults, SymbolQuality

LEAVES_OUT = {
    "taker_buy_volume": "no taker imbalance",
    "half_spread_bps": "fixed half-spread",
    "quote_volume": "none: not used",
    "trade_count": "none: not used",
}
LONGEST_GAPS = 10
LARGEST_JUMPS = 5
BAR = np.timedelta64(BAR_MS, "ms")
Coins = Mapping[str, SymbolQuality]
Pair = tuple[str, str]
Texts = tuple[str, ...]


def view(inputs: ReportInputs) -> Context:
    """Everything the chapter prints."""
    ingest = inputs.ingest
    coins, files = ingest.symbols, ingest.files
    early = ingest.market.ended_early or ()
    return {
        "summary": _summary(ingest),
        "faults": faults(coins),
        "coins": table(COINS, sorted(coins.items()), "data"),
        "ended_early": [(name, coins[name].last_open_time[:10]) for name in early],
        "trimmed_bars": sum(coin.trimmed_bars for coin in coins.values()),
        "stray_bars": ingest.market.stray_bars,
        "jumps": table(JUMPS, largest_jumps(coins), "data"),
        "gaps": table(GAPS, longest_gaps(coins), "data"),
        "columns": table(MISSING_COLUMNS, missing_columns(inputs), "data"),
        "files": files,
        "fetched": describe_fetched(files.fetched) if files else None,
        "missing": describe_missing(files.fetched) if files else None,
        "ignored": table(IGNORED, _ignored(files), "data") if files else None,
        "dropped": table(DROPPED, _dropped(files), "data") if files else None,
        "checks": _checks(inputs),
    }


def _summary(ingest: IngestResults) -> list[Pair]:
    market, files = ingest.market, ingest.files
    rows = [
        ("Coins", numbers.count(market.symbols)),
        ("Bars of 5 minutes", numbers.count(market.bars)),
        ("First bar", numbers.minute(market.first_open_time)),
        ("Last bar", numbers.minute(market.last_open_time)),
        ("Coverage", numbers.percent(market.coverage_frac, 3)),
        ("Gaps common to all coins", numbers.count(market.gaps_in_all_symbols.count)),
    ]
    if files:
        rows += [
            ("Files read", numbers.count(files.read)),
            ("Rows in them", numbers.count(files.rows_read)),
            ("Bar lengths found", ", ".join(files.intervals)),
            ("Files ignored", numbers.count(files.ignored)),
        ]
    return rows


def _hours(bars: int) -> str:
    return f"{numbers.plain(bars / 12, 1)}{NBSP}h" if bars else numbers.MISSING


COINS: tuple[Column[tuple[str, SymbolQuality]], ...] = (
    Column("Coin", lambda row: row[0], "l"),
    Column(
        "From, to",
        lambda row: f"{row[1].first_open_time[:10]} to {row[1].last_open_time[:10]}",
        "l n",
    ),
    Column("Bars", lambda row: numbers.count(row[1].bars)),
    Column("Coverage", lambda row: numbers.percent(row[1].coverage_frac, 2)),
    Column("Gaps", lambda row: numbers.count(row[1].gaps.count)),
    Column("Bars missing", lambda row: numbers.count(row[1].gaps.missing_bars)),
    Column("Longest gap", lambda row: _hours(row[1].gaps.longest_bars)),
    Column("Zero volume", lambda row: numbers.count(row[1].zero_volume_bars)),
    Column("Outliers", lambda row: numbers.count(row[1].outliers.count)),
    Column("Rows dropped", lambda row: numbers.count(sum(row[1].dropped_rows.values()))),
)


def longest_gaps(coins: Coins) -> list[Texts]:
    """The longest gaps of the market; a gap that coins share is listed once, with their names."""
    shared: dict[tuple[int, str, str], list[str]] = {}
    for symbol in sorted(coins):
        for gap in coins[symbol].gaps.longest:
            shared.setdefault((-gap.bars, gap.from_, gap.to), []).append(symbol)
    return [
        (
            f"all {len(coins)} coins" if len(names) == len(coins) > 1 else ", ".join(names),
            numbers.minute(start),
            numbers.minute(stop),
            numbers.count(-bars),
        )
        for (bars, start, stop), names in sorted(shared.items())[:LONGEST_GAPS]
    ]


GAPS = texts(("Coin", "l"), ("First missing bar", "l"), ("Last missing bar", "l"), ("Bars", ""))


def largest_jumps(coins: Coins) -> list[Texts]:
    """The coins whose price jumps most, the largest jump first; none where no price jumps."""
    jumps = [(name, coins[name].largest_jump) for name in sorted(coins)]
    jumps.sort(key=lambda row: -(row[1].factor or 1.0))
    return [
        (
            name,
            numbers.minute(jump.from_),
            _price(jump.from_price),
            numbers.minute(jump.to),
            _price(jump.to_price),
            numbers.count((time_of(jump.to) - time_of(jump.from_)) / BAR - 1),
            numbers.plain(jump.factor, 3),
        )
        for name, jump in jumps[:LARGEST_JUMPS]
        if jump.from_ and jump.to and jump.factor != 1.0
    ]


def _price(value: float | None) -> str:
    """Six digits, whatever a coin costs."""
    if value is None:
        return numbers.MISSING
    return np.format_float_positional(value, precision=6, fractional=False, trim="-")


JUMPS = texts(
    ("Coin", "l"),
    ("Closing bar", "l"),
    ("Close", ""),
    ("Next traded bar", "l"),
    ("Open", ""),
    ("Bars between", ""),
    ("Factor", ""),
)


def faults(coins: Coins) -> list[tuple[str, list[str]]]:
    """What must be zero after reading, and the coins in which it is not, with its number."""
    counts = {
        "time stamps off the 5-minute grid": {name: coin.off_grid for name, coin in coins.items()},
        "duplicate time stamps": {name: coin.duplicates for name, coin in coins.items()},
        "bars with inconsistent prices": {
            name: coin.ohlc_violations for name, coin in coins.items()
        },
    }
    return [
        (words, [f"{name} {numbers.count(n)}" for name, n in sorted(by_coin.items()) if n])
        for words, by_coin in counts.items()
    ]


def missing_columns(inputs: ReportInputs) -> list[Texts]:
    """Columns that no coin has, and those that only some files of a coin have."""
    coins = inputs.ingest.symbols
    rows: list[Texts] = [
        (
            f"All coins: {numbers.spaced(name)}",
            LEAVES_OUT.get(name, "features that need it are not used"),
        )
        for name in inputs.market.columns_left_out
    ]
    for symbol in sorted(coins):
        names = coins[symbol].left_out_columns
        if names:
            listed = ", ".join(map(numbers.spaced, names))
            rows.append((f"{symbol}: {listed}", "not used: missing in some files"))
    return rows


MISSING_COLUMNS = texts(("Missing column", "l"), ("Consequence", "l"))


def _ignored(files: FileSummary) -> list[Texts]:
    rows: list[Texts] = []
    for reason, ignored in files.ignored_by_reason.items():
        listed = ", ".join(ignored.files)
        more = ignored.count - len(ignored.files)
        also = f" and {numbers.count(more)} more" if more > 0 else ""
        rows.append((reason, numbers.count(ignored.count), listed + also))
    return rows


IGNORED = texts(("Reason", "l", "30%"), ("Files", ""), ("Which", "l any"))


def _dropped(files: FileSummary) -> list[Texts]:
    rows: list[Texts] = []
    for name, reasons in files.dropped_rows.items():
        rows += [(name, reason, numbers.count(n)) for reason, n in reasons.items()]
    return rows


DROPPED = texts(("File", "l any"), ("Reason", "l"), ("Rows", ""))


PhaseChecks = Mapping[int, IntegrityCheck]


def _checks(inputs: ReportInputs) -> Table:
    """A row a check, with its result in each phase; empty where it does not apply."""
    checks: dict[str, dict[int, IntegrityCheck]] = {}
    for row in inputs.validation.integrity_checks:
        checks.setdefault(row.name, {})[row.phase] = row

    def result(phase: int) -> Column[PhaseChecks]:
        return Column(f"Phase {phase}", lambda row: _describe_result(row.get(phase)), "l", "8%")

    name: Column[PhaseChecks] = Column("Check", _describe_check, "l")
    found: Column[PhaseChecks] = Column("Found", _describe_found, "l", "33%")
    return table([name, *map(result, inputs.built), found], checks.values(), "data phases checks")


def _describe_check(row: PhaseChecks) -> str:
    return numbers.typeset(next(iter(row.values())).name)


def _describe_result(check: IntegrityCheck | None) -> str:
    if check is None:
        return ""
    return "FAILED" if not check.passed else "passed" if check.cases else "not exercised"


def _describe_found(row: PhaseChecks) -> str:
    """Figures of the phases that failed; where none did, of the last phase."""
    shown = [one for one in row.values() if not one.passed] or [row[max(row)]]
    details = "; ".join(f"phase {one.phase}: {one.detail}" for one in shown)
    return numbers.group_digits(numbers.typeset(details))


QUALITY = Chapter(
    folder="quality",
    title="Data quality and reconciliation",
    view=view,
    part="appendix",
)
