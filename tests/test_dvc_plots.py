"""`dvc plots diff`: every phase is drawn, from files of the project, and no server is asked."""

import json
import re
from pathlib import Path

import pytest
import yaml
from dvc_render.vega import VegaRenderer

from dipmaster.evaluation.registry import PHASES

PROJECT = Path(__file__).parents[1]
FOLDER = PROJECT / ".dvc/plots"
PIPELINE = yaml.safe_load((PROJECT / "dvc.yaml").read_text(encoding="utf-8"))
PLOTS = {name: facts for plot in PIPELINE["plots"] for name, facts in plot.items()}


def test_the_page_asks_no_server() -> None:
    config = (PROJECT / ".dvc/config").read_text(encoding="utf-8")
    assert "html_template = plots/page.html" in config
    page = (FOLDER / "page.html").read_text(encoding="utf-8")
    assert "http" not in page
    assert "{scripts}" not in page  # DVC's own name a server
    scripts = re.findall(r'src="\.\./\.dvc/plots/(.+?)"', page)
    assert len(scripts) == 3
    assert all((FOLDER / script).stat().st_size > 50_000 for script in scripts)
    assert all(
        (FOLDER / f"{script.removesuffix('.min.js')}.LICENSE").is_file() for script in scripts
    )


@pytest.mark.parametrize("name", PLOTS)
def test_what_is_drawn_is_an_output_of_the_pipeline(name: str) -> None:
    outs = PIPELINE["stages"]["validate"]["outs"]
    assert all(path in outs for path in PLOTS[name]["y"])


def test_every_built_phase_is_drawn() -> None:
    files = [f"reports/plots/equity_phase_{phase.number}.csv" for phase in PHASES]
    assert list(PLOTS["Account by phase"]["y"]) == files


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("Account by phase", {"date": "2024-01-01", "equity": "1"}),
        ("Gates by phase", {"metric": "sharpe", "target": "2", "value": "", "phase": "0"}),
    ],
)
def test_a_template_is_filled(name: str, row: dict[str, str]) -> None:
    facts = PLOTS[name]
    x, y = facts["x"], next(iter(facts["y"].values()))
    points = [{**row, "rev": rev, "filename": "equity_phase_0.csv", "field": y} for rev in "ab"]
    settings = {"x": x, "y": y, "title": "t", "template": facts["template"]}
    chart = VegaRenderer(points, name, **settings, template_dir=str(FOLDER))
    filled = chart.get_filled_template()
    assert filled["data"]["values"] == points
    assert "<DVC_" not in json.dumps(filled)
