"""Which files of the exchange's public archive hold what: names, addresses, months and days."""

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from dipmaster.core.catalog import RAW_ALTERNATIVE
from dipmaster.download.errors import DownloadError, describe

ARCHIVE_URL: Final = "https://data.binance.vision"
INTERVAL: Final = "5m"
LATE_DAYS: Final = 62
"""A month's file comes in the first days of the next month: older ones are no longer late."""

Market = Literal["spot", "um"]
KINDS: Final = ("klines", "funding", "metrics", "depth")
_FOLDERS = {
    "klines": "klines",
    "funding": "fundingRate",
    "metrics": "metrics",
    "depth": "bookDepth",
}
_MONTHLY = ("klines", "funding")
_DAILY = ("klines", "metrics", "depth")
_MARKET_FOLDERS = {"spot": "spot", "um": "futures/um"}
_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year}-{self.number:02d}"

    @property
    def last_day(self) -> date:
        """Its last day."""
        return date(self.year, self.number, monthrange(self.year, self.number)[1])

    def has_files(self, today: date) -> bool:
        """Whether a day of it is over, so that the archive can have a file of it."""
        return date(self.year, self.number, 1) < today

    @property
    def days(self) -> list[date]:
        """All its days."""
        return [date(self.year, self.number, n) for n in range(1, self.last_day.day + 1)]

    @property
    def following(self) -> "Month":
        """The month after."""
        return Month(self.year + self.number // 12, self.number % 12 + 1)


@dataclass(frozen=True, order=True)
class ArchiveFile:
    """One file of the archive.

    Attributes
    ----------
    folder
        Folder under data/raw that it goes to.
    path
        Address relative to the archive's.
    month
        That it belongs to.
    """

    folder: str
    path: str
    month: Month
    is_daily: bool

    @property
    def name(self) -> str:
        """File name."""
        return self.path.rpartition("/")[2]


def parse_month(text: str, option: str) -> Month:
    """``2023-01``.

    Raises
    ------
    DownloadError
        For anything else.
    """
    match = _MONTH.fullmatch(text)
    if match is None:
        fix = f"for example {option} 2023-01"
        raise DownloadError(describe(option, "a month as YYYY-MM", repr(text[:20]), fix))
    return Month(int(match[1]), int(match[2]))


def list_months(start: Month, end: Month) -> list[Month]:
    """From `start` to `end`, both included.

    Raises
    ------
    DownloadError
        Where the end lies before the start.
    """
    if end < start:
        fix = "exchange them, or correct one"
        raise DownloadError(describe("--end", f"{start} or later", str(end), fix))
    months = [start]
    while months[-1] < end:
        months.append(months[-1].following)
    return months


def refuse_future(months: Mapping[str, Month], today: date) -> None:
    """Refuse months of which no day is over.

    Parameters
    ----------
    months
        Option to the month that it names.

    Raises
    ------
    DownloadError
        With the first such month.
    """
    for option, month in months.items():
        if not month.has_files(today):
            yesterday = today - timedelta(days=1)
            latest = Month(yesterday.year, yesterday.month)
            found = f"{month}: the exchange has no files of days that are not over"
            fix = f"for example {option} {latest}"
            raise DownloadError(describe(option, f"{latest} or earlier", found, fix))


@dataclass(frozen=True)
class Request:
    """What is asked of the archive.

    Attributes
    ----------
    set
        Folder under data/raw of the bars.
    today
        Files of this day and later ones are not asked for: they are not written yet.
    """

    symbols: tuple[str, ...]
    months: tuple[Month, ...]
    market: Market
    set: str
    kinds: tuple[str, ...]
    today: date

    def list_first(self) -> list[ArchiveFile]:
        """Files to ask for first: whole months where there are any, else days."""
        return [file for kind in self.kinds for file in self._list_first(kind)]

    def list_days(self, missing: Sequence[ArchiveFile]) -> list[ArchiveFile]:
        """Daily files in place of monthly ones that were not there but may be late."""
        late = [file for file in missing if not file.is_daily and self._may_be_late(file)]
        return [
            replacement
            for file in late
            for replacement in self._daily("klines", _symbol_of(file), file.month)
        ]

    def list_not_over(self) -> list[ArchiveFile]:
        """Files of months that are not over, of a kind that never comes by the day."""
        kinds = [kind for kind in self.kinds if kind not in _DAILY]
        return [
            self._monthly(kind, symbol, month)
            for kind in kinds
            for symbol in self.symbols
            for month in self.months
            if month.last_day >= self.today
        ]

    def _list_first(self, kind: str) -> Iterator[ArchiveFile]:
        for symbol in self.symbols:
            for month in self.months:
                if kind in _MONTHLY and month.last_day < self.today:
                    yield self._monthly(kind, symbol, month)
                elif kind in _DAILY:
                    yield from self._daily(kind, symbol, month)

    def _may_be_late(self, file: ArchiveFile) -> bool:
        """Of a month that ended lately, and of a kind that comes by the day too."""
        is_recent = file.month.last_day + timedelta(days=LATE_DAYS) >= self.today
        return is_recent and f"/{_FOLDERS['klines']}/" in file.path

    def _monthly(self, kind: str, symbol: str, month: Month) -> ArchiveFile:
        return self._build(kind, symbol, month, str(month), is_daily=False)

    def _daily(self, kind: str, symbol: str, month: Month) -> list[ArchiveFile]:
        return [
            self._build(kind, symbol, month, day.isoformat(), is_daily=True)
            for day in month.days
            if day < self.today
        ]

    def _build(
        self, kind: str, symbol: str, month: Month, time: str, is_daily: bool
    ) -> ArchiveFile:
        """Funding, metrics and depth are those of futures, whatever the bars are of."""
        market = self.market if kind == "klines" else "um"
        period, folder = "daily" if is_daily else "monthly", _FOLDERS[kind]
        of, inside = (INTERVAL, f"{INTERVAL}/") if kind == "klines" else (folder, "")
        path = (
            f"data/{_MARKET_FOLDERS[market]}/{period}/{folder}/{symbol}/{inside}"
            f"{symbol}-{of}-{time}.zip"
        )
        return ArchiveFile(self._target(kind), path, month, is_daily)

    def _target(self, kind: str) -> str:
        """Rates beside the bars they were charged on; what is evidence only, with evidence."""
        is_of_bars = kind == "klines" or (kind == "funding" and self.market == "um")
        return self.set if is_of_bars else RAW_ALTERNATIVE.name


def _symbol_of(file: ArchiveFile) -> str:
    return file.name.partition("-")[0]
