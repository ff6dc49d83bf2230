"""The documentation as a site: built without a warning, whole, and asking no other machine."""

import importlib.util
import os
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from tests.report.browser import find_browser, running_browser

pytestmark = pytest.mark.slow
LIST = re.compile(r"([-*]|\d+\.) ")
FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def hooks(project: Path) -> ModuleType:
    """docs/site_hooks.py."""
    pytest.importorskip("mkdocs", reason="no MkDocs: `make docs` installs it")
    spec = importlib.util.spec_from_file_location("site_hooks", project / "docs/site_hooks.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def site(hooks: ModuleType, project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, as `make docs` builds it."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "-d", str(folder)]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(
        command, cwd=project, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    return folder


def test_every_page_and_every_package_is_there(site: Path, project: Path) -> None:
    pages = [path.relative_to(project / "docs") for path in (project / "docs").rglob("*.md")]
    names = [str(path.with_suffix(".html")).replace("README", "index") for path in pages]
    packages = [path.parent.name for path in (project / "dipmaster").glob("*/__init__.py")]
    names += ["index.html", "changes.html", *(f"api/{name}.html" for name in packages)]
    assert len(packages) > 10
    assert [name for name in names if not (site / name).is_file()] == []


def test_docstrings_are_in_the_reference(site: Path) -> None:
    text = (site / "api/features.html").read_text(encoding="utf-8")
    assert "Bars to features: one row a closed 5-minute bar" in text
    assert 'id="dipmaster.features.candidates.find_candidates"' in text


def test_links_out_of_the_docs_are_paths(site: Path) -> None:
    """The first page is README.md, whose links begin in another folder."""
    text = (site / "index.html").read_text(encoding="utf-8")
    assert 'href="gates.html"' in text
    assert 'src="images/decision_page.png"' in text
    assert 'href="contributing.html"' in text
    assert "docs/" not in re.sub(r"<code>.*?</code>", "", text, flags=re.DOTALL)
    assert "flowchart LR" in text


def test_a_browser_asks_no_other_machine(site: Path, tmp_path: Path) -> None:
    program = find_browser()
    if program is None:
        pytest.skip("no Chromium")
    with running_browser(program, tmp_path) as browser:
        for name in ("index.html", "gates.html", "decisions/layers.html", "api/features.html"):
            browser.open(site / name, width=1280)
            assert browser.evaluate("document.querySelectorAll('h1').length") == 1
            asked = {address.split(":")[0] for address in browser.requests}
            assert asked <= {"file", "data"}
            assert browser.complaints == []


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ('<script src="https://x.y/a.js"></script>', True),
        ("<link rel=stylesheet href=//x.y/a.css>", True),
        ('<img alt="a" src="http://x.y/a.png">', True),
        ('@import "https://x.y/a.css";', True),
        ("a { background: url(https://x.y/a.png) }", True),
        ('<pre class="mermaid">', True),
        ('<a href="https://x.y">', False),
        ('<script src="assets/a.js"></script>', False),
        ("a { background: url(data:image/png;base64,a) }", False),
    ],
)
def test_what_asks_another_machine_is_refused(
    hooks: ModuleType, tmp_path: Path, text: str, refused: bool
) -> None:
    (tmp_path / "page.html").write_text(text, encoding="utf-8")
    config = SimpleNamespace(site_dir=str(tmp_path))
    if refused:
        with pytest.raises(Exception, match=r"page\.html would ask another machine"):
            hooks.on_post_build(config)
    else:
        hooks.on_post_build(config)


def test_links_are_placed(hooks: ModuleType) -> None:
    def place(text: str, uri: str) -> str:
        page = SimpleNamespace(file=SimpleNamespace(src_uri=uri))
        placed: str = hooks.on_page_markdown(text, page=page)
        return placed

    assert place("[a](gates.md#x)", "engine.md") == "[a](gates.md#x)"
    assert place("[a](../gates.md)", "decisions/fills.md") == "[a](../gates.md)"
    assert place("[a](../params.yaml)", "engine.md") == "a (`params.yaml`)"
    assert place("[a](docs/gates.md)", "index.md") == "[a](gates.md)"
    assert place("[a](#x) [b](https://x.y)", "engine.md") == "[a](#x) [b](https://x.y)"
    with pytest.raises(Exception, match=r"docs/engine\.md links to none\.md, which is not there"):
        place("[a](none.md)", "engine.md")


def test_a_list_begins_after_an_empty_line(project: Path) -> None:
    """GitHub makes a list of it either way, MkDocs a paragraph."""
    wrong = []
    for path in [project / "README.md", *(project / "docs").rglob("*.md")]:
        lines = FENCE.sub("", path.read_text(encoding="utf-8")).splitlines()
        for before, line in pairwise(lines):
            if LIST.match(line) and before.strip() and not re.match(r" |#|<", before):
                wrong += [] if LIST.match(before) else [f"{path.name}: {line}"]
    assert wrong == []
