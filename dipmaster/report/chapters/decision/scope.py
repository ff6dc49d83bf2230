"""What was looked at: the source line, the head of every page, and how little it may be."""

from dipmaster.report.inputs import Inputs, Json
from dipmaster.report.kit import numbers

FEW_BLOCKS = 12


def source_line(inputs: Inputs) -> str:
    """The market in one line, under the title."""
    market, period = inputs.market, inputs.validate["period"]
    kind = "simulated coin" if inputs.simulated else "coin of real bars"
    symbols = len(market["symbols"])
    coins = f"{symbols} {kind if symbols == 1 else kind.replace('coin', 'coins')}"
    span = f"{period['first_open_time'][:10]} to {period['last_open_time'][:10]}"
    since = period["out_of_sample_from"]
    out = f"out of sample from {since[:10]}" if since else "no out-of-sample period"
    edge = f", planted edge {inputs.params.ingest.simulated.edge:g}" if inputs.simulated else ""
    return (
        f"{coins}, 5-minute bars, {span}; {out} "
        f"({numbers.days(period['days_out_of_sample'])}){edge}"
    )


def header(inputs: Inputs) -> str:
    """What the head of every page says of the source."""
    source = "SIMULATED MARKET" if inputs.simulated else "REAL BARS"
    return source + (" · TOO SHORT TO DECIDE" if is_too_short(inputs) else "")


def is_too_short(inputs: Inputs) -> bool:
    """Whether the period holds too few blocks for any gate to be decided."""
    return bool(inputs.validate["period"]["blocks"] < inputs.params.gates.min_blocks)


def scope_note(inputs: Inputs) -> str:
    """What this source can and cannot show, in a sentence or two."""
    said = []
    if is_too_short(inputs):
        said.append(
            f"This run has {numbers.count(inputs.validate['period']['blocks'])} blocks of "
            f"{inputs.params.gates.block_days} days out of sample and a verdict needs "
            f"{inputs.params.gates.min_blocks}: it proves that the plumbing works, no more."
        )
    elif inputs.validate["period"]["blocks"] < FEW_BLOCKS:
        said.append(
            f"With {numbers.count(inputs.validate['period']['blocks'])} blocks out of sample the "
            "intervals are wide: a PASS is nearly out of reach."
        )
    if is_little(inputs):
        said.append(f"{_days_with_trades(inputs.phase(0)['counts'])}: that is little.")
    if inputs.simulated:
        said.append(
            "The bars are simulated with an edge put in on purpose: nothing here "
            "speaks of real markets."
        )
    else:
        said.append("The bars are real; how well they were recorded is in the chapter on data.")
    return " ".join(said)


def is_little(inputs: Inputs) -> bool:
    """Whether the rule traded on so few days that no gate could rest on one trade a day."""
    days = inputs.phase(0)["counts"]["days_with_trades"]
    return bool(0 < days < inputs.params.gates.min_trades)


def episodes(inputs: Inputs) -> str:
    """How many candidates the rule gave, and on how many days: those of one day are one event."""
    counts = inputs.phase(0)["counts"]
    if not counts["candidates_out_of_sample"]:
        return "The rule found no candidate out of sample."
    found = f"{numbers.count(counts['candidates_out_of_sample'])} candidates out of sample"
    if not counts["trades"]:
        return f"{found}; none was traded."
    blocks = numbers.count(inputs.validate["period"]["blocks"])
    told = (
        f"{found}: {_days_with_trades(counts)}, in "
        f"{numbers.count(counts['blocks_with_trades'])} of {blocks} blocks of "
        f"{inputs.params.gates.block_days} days. Trades of one day share the market’s weather."
    )
    if not is_little(inputs):
        return told
    return (
        f"{told} That is little: however many trades there are, they are worth no more than "
        f"{numbers.count(counts['days_with_trades'])} independent ones, and a verdict asks for "
        f"{numbers.count(inputs.params.gates.min_trades)} trades."
    )


def _days_with_trades(counts: Json) -> str:
    trades, days = numbers.count(counts["trades"]), numbers.count(counts["days_with_trades"])
    return f"{trades} trades of phase 0 lie on {days} different days"
