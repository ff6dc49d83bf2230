"""Params, files of alternative data and the length of the history, before any other stage runs.

DVC removes the outputs of a stage before it starts. This one has none that matters and is the
first: a bad value stops the pipeline while all earlier results are still there.
"""

import sys

from dipmaster.altdata import check_files
from dipmaster.core import catalog, stage, store
from dipmaster.market.history import check_history
from dipmaster.market.raw import find_workspace_raw


def main() -> None:
    """Check all; the output has the same bytes whatever was checked, and reruns nobody."""
    params = store.check_params()
    check_files(params.alternative_data)
    history = check_history(params, catalog.RAW, find_workspace_raw(catalog.RAW))
    for note in history.notes:
        print(f"check: note: {note}.", file=sys.stderr)
    store.write_json({"passed": True}, catalog.CHECK_PASSED)


if __name__ == "__main__":
    stage.run("check", main)
