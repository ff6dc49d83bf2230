"""Templates to HTML, which stand in the folders of their chapters."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from dipmaster.core.errors import PipelineError
from dipmaster.report.kit import numbers
from dipmaster.report.kit.feature_names import name_feature
from dipmaster.report.kit.printable import breakable, printable
from dipmaster.report.kit.verdicts import mark

TEMPLATES = Path(__file__).parents[1]
FILTERS = {
    "bounds": numbers.bounds,
    "bps": numbers.bps,
    "breakable": breakable,
    "capital": numbers.capital,
    "count": numbers.count,
    "days": numbers.days,
    "estimate": numbers.estimate,
    "feature": name_feature,
    "interval": numbers.interval,
    "mark": mark,
    "minute": numbers.minute,
    "minutes": numbers.minutes,
    "money": numbers.money,
    "p_value": numbers.p_value,
    "percent": numbers.percent,
    "plain": numbers.plain,
    "points": numbers.points,
    "ratio": numbers.ratio,
    "set_percent": numbers.set_percent,
    "show": numbers.show,
    "spaced": numbers.spaced,
    "state_p": numbers.state_p,
    "target": numbers.target,
    "typeset": numbers.typeset,
}


def render(template: str, context: Mapping[str, Any]) -> Markup:
    """Print a template.

    Parameters
    ----------
    template
        Its path within the report's folder.

    Raises
    ------
    PipelineError
        Where the context lacks what the template prints.
    """
    try:
        return Markup(environment().get_template(template).render(context))
    except jinja2.UndefinedError as error:
        raise PipelineError(
            f"{template}: expected a value that it prints, found that {error}.\n"
            "  Fix: run the whole pipeline with `dvc repro`."
        ) from error


@cache
def environment() -> jinja2.Environment:
    """The one way templates are read: everything escaped, nothing undefined, no bare number."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_printable_value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(FILTERS)
    return environment


def curl_apostrophes(page: str) -> Markup:
    """Make every straight apostrophe of the text a curly one; tags, charts and code stay."""
    return Markup(_APOSTROPHE.sub(lambda found: found[0] if found["kept"] else "’", page))


_APOSTROPHE = re.compile(
    r"""(?P<kept>
        <(?P<whole>svg|script|style|pre|code)\b.*?</(?P=whole)>
        | <(?P<mono>\w+)\b[^>]*\bmono\b[^>]*>.*?</(?P=mono)>
        | <[^>]*>
    ) | '|&\#39;""",
    re.DOTALL | re.VERBOSE,
)


def _printable_value(value: Any) -> Any:
    """Let text and whole numbers through; a bare None or float is a missing format."""
    if isinstance(value, (Markup, jinja2.Undefined)):
        return value
    if value is None or isinstance(value, float):
        raise TypeError(f"{value!r} reached a template without a number format")
    return printable(str(value))
