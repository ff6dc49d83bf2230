"""States that a run with phase 2 can be in."""

import json
from dataclasses import replace
from typing import Any

from dipmaster.report.inputs import Inputs
from tests.report.made import exits, phase_1, phase_1_states, phase_2
from tests.report.made.market import equity_frame
from tests.report.made.phase import COINS, losing_phase
from tests.report.made.phase_1_states import CHECK, quiet

HARM = (
    "the exit models make trades worse: -3.1 bp a trade on 4,502 candidates followed alone, at "
    "best -1.2 bp"
)


def with_phase_2(
    base: Inputs, gates: list[dict[str, Any]], figures: dict[str, Any], **validate: Any
) -> Inputs:
    """A run of phases 0 and 1 with phase 2 beside them."""
    rows = [*base.gates, *gates]
    whole = {
        **base.validate,
        "built_phases": [0, 1, 2],
        "phases": {**base.validate["phases"], "2": figures},
        "checks": [*base.validate["checks"], {"phase": 2, **CHECK}],
        "differences": phase_2.differences(),
        "exits": phase_2.exits(),
        "promises": phase_2.promises(),
        **validate,
    }
    return replace(
        base,
        gates=rows,
        gates_bytes=json.dumps(rows, sort_keys=True).encode(),
        validate=whole,
        equity={**base.equity, 2: equity_frame(100610.0)},
    )


def built() -> Inputs:
    """The same 171 orders, left by other exits, which make things worse."""
    return with_phase_2(phase_1_states.built(), phase_2.gates(), phase_2.figures(COINS))


def many_trades() -> Inputs:
    """Trades enough for every chart; the exits make things better and 600 marks are shown."""
    base = built()
    busy = {**losing_phase(), "abstained": None, "exits": phase_2.figures(COINS)["exits"]}
    found = {**phase_2.exits("BETTER", "HELPS"), "scatter": phase_2.scatter(600)}
    phases = {**base.validate["phases"], "2": busy}
    return replace(base, validate={**base.validate, "phases": phases, "exits": found})


def abstained() -> Inputs:
    """Phase 1 admits nothing, so neither phase trades; candidates are followed all the same."""
    reason = phase_1.ABSTAINED
    gates, figures = quiet(reason, "threshold")
    return with_phase_2(
        phase_1_states.abstained(),
        [{**row, "phase": 2} for row in gates],
        figures,
        differences=phase_2.nothing_to_compare("no trade in either phase"),
        exits=phase_2.abstained_exits(),
        promises=phase_2.promises(measured=False),
    )


def no_models() -> Inputs:
    """No model acts; phase 1's exits lost before costs; too few trades for a scatter."""
    base = built()
    found = phase_2.exits("NOT SHOWN", "NOT SHOWN")
    found["probability"] |= {
        **phase_2.scored("", 0, 0, 0, None),
        **phase_2.scored("traded_", 0, 0, 0, None),
        **phase_2.scored("held_", 0, 0, 0, None),
    }
    why = "the exits of phase 1 took no gross profit"
    for name in ("traded", "all"):
        found["capture"][name] |= {
            "before": -0.02,
            "ratio": phase_2.nothing_captured(why)["ratio"],
        }
    found["scatter"] = found["scatter"][:5]
    return replace(base, exits=exits.no_models(), validate={**base.validate, "exits": found})


def no_candidates() -> Inputs:
    gates, figures = quiet("0 of 0 candidates have a score", "candidates")
    found = with_phase_2(
        phase_1_states.no_candidates(),
        [{**row, "phase": 2} for row in gates],
        figures,
        differences=phase_2.nothing_to_compare("no trade in either phase"),
        exits=phase_2.abstained_exits(0),
        promises=phase_2.promises(measured=False),
    )
    return replace(found, exits=exits.no_models())


def wordy() -> Inputs:
    """Few blocks of real bars, few trades, models that harm: page one has most to say."""
    base = with_phase_2(phase_1_states.wordy(), phase_2.gates(), phase_2.figures(COINS))
    few = "insufficient in phase 2: 4 of 100 trades, 0 of 10 losing trades, 1 of 6 blocks"
    shown = {
        name: found if name == "against" else {**found, "verdict": "NOT SHOWN", "reason": few}
        for name, found in base.validate["differences"]["2"].items()
    }
    phases = {**base.validate["phases"]}
    phases["2"]["money"]["equity_at_start"] = 31000.0
    phases["2"] |= {"verdict": "FAIL", "harm": HARM}
    return replace(
        base,
        validate={
            **base.validate,
            "differences": {**base.validate["differences"], "2": shown},
            "phases": phases,
            "checks": [{**check, "holds": True} for check in base.validate["checks"]],
        },
    )
