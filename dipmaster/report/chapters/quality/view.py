"""The quality report of the bars as the rows of its chapter's tables."""

from dataclasses import dataclass

from dipmaster.report.inputs import Inputs, Json
from dipmaster.report.kit import numbers

LEAVES_OUT = {
    "taker_buy_volume": "taker imbalance is left out",
    "half_spread_bps": "the half-spread is a fixed number",
    "quote_volume": "no feature needs it",
    "trade_count": "no feature needs it",
}


@dataclass(frozen=True)
class CoinRow:
    """One coin's bars."""

    symbol: str
    span: str
    bars: str
    coverage: str
    gaps: str
    missing: str
    longest: str
    zero_volume: str
    outliers: str
    dropped: str


@dataclass(frozen=True)
class FileRow:
    """One file, or a group of files, with a reason and a count."""

    name: str
    reason: str
    count: str


@dataclass(frozen=True)
class Quality:
    """All tables of the chapter."""

    summary: list[tuple[str, str]]
    coins: list[CoinRow]
    longest_gaps: list[tuple[str, str, str, str]]
    faults: list[str]
    ends: list[str]
    columns: list[tuple[str, str]]
    ignored: list[FileRow]
    dropped: list[FileRow]
    has_files: bool


@dataclass(frozen=True)
class CheckRow:
    """One check of the ledger, a cell a phase built; empty where it was not asked."""

    name: str
    cells: tuple[str, ...]


def checks(inputs: Inputs) -> list[CheckRow]:
    """Every check once, in the order in which they were first made."""
    found = inputs.validate["checks"]
    made = {(row["name"], int(row["phase"])): _checked(row) for row in found}
    names = dict.fromkeys(row["name"] for row in found)
    return [
        CheckRow(name, tuple(made.get((name, phase), "") for phase in inputs.built))
        for name in names
    ]


def _checked(row: Json) -> str:
    return f"{'holds' if row['holds'] else 'DOES NOT HOLD'}: {row['detail']}"


def view(inputs: Inputs) -> Quality:
    """Turn ingest.json and market.json into tables."""
    coins: Json = inputs.ingest["symbols"]
    files: Json = inputs.ingest.get("files", {})
    return Quality(
        summary=_summary(inputs.ingest["market"], files),
        coins=[_coin(symbol, coins[symbol]) for symbol in sorted(coins)],
        longest_gaps=_longest(coins),
        faults=_faults(coins),
        ends=_ends(inputs.ingest["market"], coins),
        columns=_columns(inputs.market, coins),
        ignored=_ignored(files),
        dropped=_dropped(files),
        has_files=bool(files),
    )


def _summary(market: Json, files: Json) -> list[tuple[str, str]]:
    rows = [
        ("Coins", numbers.count(market["symbols"])),
        ("Bars of 5 minutes", numbers.count(market["bars"])),
        ("First bar", _minute(market["first_open_time"])),
        ("Last bar", _minute(market["last_open_time"])),
        ("Coverage", numbers.percent(market["coverage_frac"], 3)),
        ("Gaps common to all coins", numbers.count(market["gaps_in_all_symbols"]["count"])),
    ]
    if files:
        rows += [
            ("Files read", numbers.count(files["read"])),
            ("Rows in them", numbers.count(files["rows_read"])),
            ("Bar lengths found", ", ".join(files["intervals"])),
            ("Files ignored", numbers.count(files["ignored"])),
        ]
    return rows


def _minute(stamp: str) -> str:
    return stamp[:16].replace("T", " ")


def _coin(symbol: str, coin: Json) -> CoinRow:
    gaps = coin["gaps"]
    return CoinRow(
        symbol=symbol,
        span=f"{coin['first_open_time'][:10]} to {coin['last_open_time'][:10]}",
        bars=numbers.count(coin["bars"]),
        coverage=numbers.percent(coin["coverage_frac"], 2),
        gaps=numbers.count(gaps["count"]),
        missing=numbers.count(gaps["missing_bars"]),
        longest=_hours(gaps["longest_bars"]),
        zero_volume=numbers.count(coin["zero_volume_bars"]),
        outliers=numbers.count(coin["outliers"]["count"]),
        dropped=numbers.count(sum(coin["dropped_rows"].values())),
    )


def _hours(bars: int) -> str:
    if not bars:
        return numbers.MISSING
    return f"{numbers.plain(bars / 12, 1)}{numbers.NBSP}h"


def _longest(coins: Json) -> list[tuple[str, str, str, str]]:
    """The ten longest gaps of the market; a gap that coins share is told once."""
    shared: dict[tuple[int, str, str], list[str]] = {}
    for symbol in sorted(coins):
        for gap in coins[symbol]["gaps"]["longest"]:
            shared.setdefault((-gap["bars"], gap["from"], gap["to"]), []).append(symbol)
    return [
        (_named(names, len(coins)), _minute(start), _minute(stop), numbers.count(-bars))
        for (bars, start, stop), names in sorted(shared.items())[:10]
    ]


def _named(names: list[str], of: int) -> str:
    return f"all {of} coins" if len(names) == of > 1 else ", ".join(names)


def _faults(coins: Json) -> list[str]:
    """What must be nought after reading, in words; a fault that is there is told by coin."""
    said = []
    for key, words in (
        ("off_grid", "stamps off the 5-minute grid"),
        ("duplicates", "duplicate stamps"),
        ("ohlc_violations", "bars whose high or low contradicts open or close"),
    ):
        bad = [
            f"{symbol} {numbers.count(coins[symbol][key])}"
            for symbol in sorted(coins)
            if coins[symbol][key]
        ]
        said.append(f"{words}: {', '.join(bad) if bad else 'none'}")
    return said


def _ends(market: Json, coins: Json) -> list[str]:
    """Coins whose bars stop before the others', and bars cut off the ends, in words."""
    said = []
    early = market.get("ended_early", [])
    if early:
        listed = ", ".join(f"{name} on {coins[name]['last_open_time'][:10]}" for name in early)
        said.append(
            f"Ended early: {listed}. Such coins are kept, because leaving out what stopped trading "
            "would flatter; a position open at the last bar is closed at its last price."
        )
    cut = sum(coin["trimmed_bars"] for coin in coins.values())
    if cut:
        said.append(
            f"Cut at the end: {numbers.count(cut)} bars in all, so that coins end together and no "
            "unfinished bar is used."
        )
    return said


def _columns(market: Json, coins: Json) -> list[tuple[str, str]]:
    rows = [
        (
            f"No coin has {name.replace('_', ' ')}",
            LEAVES_OUT.get(name, "features that need it are left out"),
        )
        for name in market["columns_left_out"]
    ]
    for symbol in sorted(coins):
        names = coins[symbol]["left_out_columns"]
        if names:
            listed = ", ".join(name.replace("_", " ") for name in names)
            rows.append((f"{symbol}: {listed}", "only some of its files have it"))
    return rows


def _ignored(files: Json) -> list[FileRow]:
    rows = []
    for reason, group in files.get("ignored_by_reason", {}).items():
        listed = ", ".join(group["files"])
        more = group["count"] - len(group["files"])
        also = f" and {numbers.count(more)} more" if more > 0 else ""
        rows.append(FileRow(listed + also, reason, numbers.count(group["count"])))
    return rows


def _dropped(files: Json) -> list[FileRow]:
    return [
        FileRow(name, reason, numbers.count(rows))
        for name, reasons in files.get("dropped_rows", {}).items()
        for reason, rows in reasons.items()
    ]
