"""Bars through the engine: paced, compared, measured, saved and shown."""

import itertools
import json
import shlex
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TextIO

import typer

from dipmaster.cli.latency import LatencyMeter
from dipmaster.cli.parity_record import ParityRecorder, require_whole
from dipmaster.cli.replay_view import ReplayView
from dipmaster.core import catalog, store
from dipmaster.core.errors import PipelineError, data_error
from dipmaster.core.tables import BARS
from dipmaster.streaming.alerts import AlertBook, ReplayAlert
from dipmaster.streaming.assembly import SECTIONS, read_engine
from dipmaster.streaming.decisions import BarDecisions
from dipmaster.streaming.decisions_log import to_line
from dipmaster.streaming.difference import ParityDifference
from dipmaster.streaming.engine import StreamEngine
from dipmaster.streaming.feed import BarFeed
from dipmaster.streaming.parity import ParityComparison, require_parity
from dipmaster.streaming.replay import iterate_bars
from dipmaster.streaming.snapshot import identify_decisions, load_snapshot, write_snapshot
from dipmaster.streaming.sources import Bar
from dipmaster.streaming.tables import read_tables

OpenTimes = Iterable[tuple[int, dict[str, Bar]]]


@dataclass(frozen=True)
class ReplayOptions:
    """Options of the command.

    Attributes
    ----------
    factor
        Times the clock; None: as fast as it can.
    feed
        A file, ``-`` for standard input, None for the stored bars.
    """

    factor: float | None
    feed: str | None
    snapshot: Path | None
    snapshot_every: int
    decisions: Path | None
    phase: int | None
    bars: int | None
    check: bool
    measure: bool
    record: bool
    alert_command: str | None


def run_replay(options: ReplayOptions) -> None:
    """Replay, and print what it came to.

    Raises
    ------
    DataError
        Where a bar cannot be used, a snapshot belongs to something else, a decision is another
        than the batch's, or what is to be recorded is not the whole market.
    """
    refuse_folders(options)
    if options.record:
        require_whole(
            feed=options.feed, check=options.check, bars=options.bars, snapshot=options.snapshot
        )
    engine = read_engine()
    phase = engine.phases[-1] if options.phase is None else options.phase
    if phase not in engine.phases:
        known = ", ".join(map(str, engine.phases))
        raise data_error("--phase", f"one of the phases {known}", str(phase), "name one of them")
    with ExitStack() as stack:
        run = _Replay(engine, options, phase, stack)
        try:
            for time_ms, bars in run.open_times():
                run.push(time_ms, bars)
        except KeyboardInterrupt:
            typer.echo("replay: interrupted; what was decided is kept", err=True)
        run.end()


def refuse_folders(options: ReplayOptions) -> None:
    """Refuse a folder where a file is wanted.

    Raises
    ------
    DataError
        With the first such option.
    """
    feed = None if options.feed is None else Path(options.feed)
    named = {"--feed": feed, "--snapshot": options.snapshot, "--decisions": options.decisions}
    for option, path in named.items():
        if path is not None and path.is_dir():
            raise data_error(f"{option} {path}", "a file", "a folder", "name a file")


def read_snapshot(engine: StreamEngine, identity: str, path: Path) -> dict[str, Any]:
    """As `load_snapshot`; of a file that is none there is no advice to remove it.

    Raises
    ------
    DataError
        Where it is no snapshot, or one of something else.
    """
    try:
        return load_snapshot(engine, identity, path)
    except PipelineError as error:
        expected = "a snapshot that `dipmaster replay` wrote, a whole .npz file"
        fix = "name another file, or start without --snapshot"
        raise data_error(f"--snapshot {path}", expected, "another file", fix) from error


class _Replay:
    """One replay from its first bar to its last."""

    def __init__(
        self, engine: StreamEngine, options: ReplayOptions, phase: int, stack: ExitStack
    ) -> None:
        self._engine, self._options, self._stack = engine, options, stack
        params = store.read_params(*SECTIONS)
        self._identity = identify_decisions(params, engine.facts, SECTIONS)
        self._alerts, self._meter = AlertBook(engine.facts, phase), LatencyMeter()
        self._written = self._resume()
        self._log: TextIO | None = None
        if options.decisions is not None:
            self._log = stack.enter_context(store.extend_text(options.decisions, self._written))
        self._comparison = self._prepare_comparison()
        self._recorder = ParityRecorder(engine.facts, engine.phases) if options.record else None
        self._view = stack.enter_context(ReplayView(engine.facts.symbols, phase, params))
        self._pushed, self._last_ms, self._dropped = 0, -1, 0
        self._feed: BarFeed | None = None

    def _resume(self) -> int:
        """Load the snapshot where there is one; the bytes of decisions written until then."""
        path = self._options.snapshot
        if path is None or not path.is_file():
            return 0
        return int(read_snapshot(self._engine, self._identity, path)["written"])

    def _prepare_comparison(self) -> ParityComparison | None:
        if not self._options.check:
            return None
        facts = self._engine.facts
        tables = read_tables(facts, self._engine.phases)
        comparison = ParityComparison(facts.symbols, tables)
        comparison.skip_to(self._engine.next_ms)
        return comparison

    def open_times(self) -> Iterator[tuple[int, dict[str, Bar]]]:
        """Bars that were not decided on before, at the pace that was asked for."""
        read: OpenTimes = self._read()
        following = ((at, bars) for at, bars in read if at >= self._engine.next_ms)
        chosen = itertools.islice(following, self._options.bars)
        start, first_ms = time.monotonic(), None
        for time_ms, bars in chosen:
            first_ms = time_ms if first_ms is None else first_ms
            if self._options.factor is not None:
                due = start + (time_ms - first_ms) / 1000.0 / self._options.factor
                self._view.refresh()
                time.sleep(max(0.0, due - time.monotonic()))
            yield time_ms, bars

    def _read(self) -> OpenTimes:
        source = self._options.feed
        if source is None:
            return iterate_bars(catalog.read_symbols(catalog.BARS, table=BARS))
        is_piped, symbols = source == "-", self._engine.facts.symbols
        lines = sys.stdin if is_piped else self._stack.enter_context(store.open_lines(Path(source)))
        self._feed = BarFeed(lines, "standard input" if is_piped else source, symbols)
        return self._feed

    def push(self, time_ms: int, bars: dict[str, Bar]) -> None:
        """Decide on the bars of one open time, then do what is not part of the decision."""
        timing = self._meter.measure(len(bars)) if self._options.measure else nullcontext()
        with timing:
            steps = self._engine.push(time_ms, bars)
        self._dropped += len(bars) - int(steps[-1].bar.has_bar.sum())
        for step in steps:
            self._take(step)
        self._engine.prepare()
        self._pushed += 1
        self._last_ms = time_ms
        if self._pushed % self._options.snapshot_every == 0:
            self._save()

    def _take(self, step: BarDecisions) -> None:
        if self._comparison is not None:
            is_last = step.bar.time_ms == self._comparison.last_ms
            self._require_parity(self._comparison.compare(step, is_last=is_last))
        if self._log is not None:
            line = to_line(step, self._engine.facts.symbols)
            self._log.write(line)
            self._written += len(line.encode())
        for alert in self._alerts.update(step, self._meter.last_ms):
            self._report_alert(alert)
        self._view.show(step, self._alerts.active, self._engine.accounts)

    def _report_alert(self, alert: ReplayAlert) -> None:
        if self._options.alert_command is None:
            return
        done = subprocess.run(
            shlex.split(self._options.alert_command),
            input=json.dumps(asdict(alert)),
            text=True,
            check=False,
        )
        if done.returncode:
            note = f"replay: note: the alert command ended with {done.returncode}: {alert.message}"
            typer.echo(note, err=True)

    def _require_parity(self, difference: ParityDifference | None) -> None:
        """Record a difference where that was asked for, then raise it."""
        if difference is not None and self._recorder is not None and self._comparison is not None:
            compared = self._comparison.compared
            typer.echo(self._recorder.write(difference.time_ms, compared, difference))
        require_parity(difference)

    def _record(self) -> None:
        if self._recorder is None or self._comparison is None:
            return
        if self._last_ms == self._comparison.last_ms:
            typer.echo(self._recorder.write(self._last_ms, self._comparison.compared, None))
        else:
            typer.echo("parity: not recorded: the replay ended before the last bar", err=True)

    def _save(self) -> None:
        if self._log is not None:
            self._log.flush()
        if self._options.snapshot is not None:
            notes = {"written": self._written}
            write_snapshot(self._engine, self._identity, self._options.snapshot, notes)

    def _report_bars(self) -> None:
        typer.echo(f"replay: {self._pushed} open times of {len(self._engine.facts.symbols)} coins")
        if self._dropped:
            typer.echo(f"bad bars dropped (ingest.on_bad_row: drop): {self._dropped}")
        if self._feed is not None and self._feed.duplicates:
            typer.echo(f"bars sent twice, the first of each counts: {self._feed.duplicates}")

    def end(self) -> None:
        """Save, compare what the end of the data closes, and print the figures."""
        self._save()
        self._view.close()
        self._report_bars()
        if self._comparison is not None and self._pushed:
            if self._last_ms == self._comparison.last_ms:
                closed = self._engine.finish()
                self._require_parity(self._comparison.compare_end(self._last_ms, closed))
            values = sum(self._comparison.compared.values())
            typer.echo(f"parity: {values:,} values compared with the batch, no difference")
            self._record()
        for phase, account in self._engine.accounts.items():
            typer.echo(f"phase {phase}: equity {account.equity:,.2f}, "
                       f"{len(account.positions)} positions")  # fmt: skip
        if self._options.measure:
            typer.echo(self._meter.write())
