"""The contents in two columns: an appendix too long for its own begins below the body."""

from dipmaster.report.chapter import Chapter
from dipmaster.report.chapters.contents import view


def chapter(name: str, part: str = "appendix") -> Chapter:
    return Chapter(folder=name, title=name.upper(), part=part)  # type: ignore[arg-type]


def printed(parts: int) -> str:
    return "".join(f'<h3 id="p{k}">Part {k}</h3>' for k in range(parts))


def test_a_short_appendix_stands_beside_the_body() -> None:
    body, appendix = view.list_columns(
        [chapter("a", "body"), chapter("b")], [printed(1), printed(2)]
    )
    assert [line.title for line in body] == ["Report", "A", "Part 0"]
    assert [line.title for line in appendix] == ["Appendix", "B", "Part 0", "Part 1"]


def test_a_long_appendix_begins_below_the_body_and_loses_no_line() -> None:
    chapters = [chapter("a", "body"), *(chapter(name) for name in "bcd")]
    texts = [printed(1), printed(20), printed(20), printed(20)]
    first, second = columns = view.list_columns(chapters, texts)
    assert [line.title for line in first if not line.css] == ["A", "B"]
    assert [line.title for line in second if not line.css] == ["C", "D"]
    assert second[0].title == view.CONTINUED
    assert len(second) <= view.MOST_LINES
    once = view.list_once(columns)
    assert [line.title for line in once if line.css == "group"] == ["Report", "Appendix"]
    assert len(once) == 2 + 4 + 61


def test_a_body_alone_is_one_column() -> None:
    assert len(view.list_columns([chapter("a", "body")], [printed(2)])) == 1
