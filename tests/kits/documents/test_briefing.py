import io
import re
import zipfile
from datetime import date

import pptx
import pytest
from pptx.oxml.ns import qn

from kits.documents import build, worked_example
from kits.documents.business_case_model.appraisal import cash_flow

CONTENT = build("decision-briefing", version="1.0.0", released_on=date(2026, 11, 2)).content
DECK = pptx.Presentation(io.BytesIO(CONTENT))
SLIDES = list(DECK.slides)
# As the kit's outline names them, the notes it makes to itself left out.
TITLES = [
    "The ask",
    "The problem in three figures",
    "What sharing is and is not",
    "Options compared",
    "Money",
    "Risks and what could go wrong",
    "Who gains and who loses",
    "What we learned from others",
    "Decision and dates",
    "Questions to put to us",
]
MARK = "Fictional example: Three Rivers"


def slide(title):
    return SLIDES[TITLES.index(title)]


def finding(of) -> str:
    return of.placeholders[1].text


def table(of) -> list[list[str]]:
    found = next(shape.table for shape in of.shapes if shape.has_table)
    return [[cell.text for cell in row.cells] for row in found.rows]


def test_ten_slides_have_the_titles_of_the_outline():
    assert [each.shapes.title.text for each in SLIDES] == TITLES
    assert [each.shapes.title.is_placeholder for each in SLIDES] == [True] * 10


def test_every_slide_states_a_finding_and_is_explained_in_notes():
    for each in SLIDES:
        assert finding(each).endswith(".")
        assert len(each.notes_slide.notes_text_frame.text.split()) > 25


def test_every_slide_is_marked_as_fictional_in_sight_and_in_its_notes():
    for each in SLIDES:
        assert MARK in [shape.text_frame.text for shape in each.shapes if shape.has_text_frame]
        assert each.notes_slide.notes_text_frame.text.startswith(MARK)


def test_no_figure_is_left_to_be_put_in():
    text = " ".join(element.text or "" for each in SLIDES for element in (*each._element.iter(qn("a:t")),)) + " ".join(
        each.notes_slide.notes_text_frame.text for each in SLIDES
    )
    assert re.findall(r"[{}]|\bNone\b|\bnan\b", text) == []


def test_the_page_is_sixteen_to_nine():
    assert DECK.slide_width / DECK.slide_height == pytest.approx(16 / 9, abs=0.001)


def test_nothing_is_set_below_18_points():
    archive = zipfile.ZipFile(io.BytesIO(CONTENT))
    sizes = {}
    for name in archive.namelist():
        if re.match(r"ppt/(slides|slideLayouts|slideMasters|charts)/[^/]+\.xml$", name):
            found = [
                int(size) for size in re.findall(rb'<a:(?:defRPr|rPr|endParaRPr)[^>]*\bsz="(\d+)"', archive.read(name))
            ]
            sizes[name] = min(found, default=1800)
    assert len(sizes) > 12
    assert {name: size for name, size in sizes.items() if size < 1800} == {}


def test_text_never_shrinks_to_fit():
    archive = zipfile.ZipFile(io.BytesIO(CONTENT))
    layouts = [name for name in archive.namelist() if re.match(r"ppt/slideLayouts/[^/]+\.xml$", name)]
    assert len(layouts) == 3
    for name in layouts:
        assert b"normAutofit" not in archive.read(name)


def test_every_text_that_is_set_in_a_table_says_its_size():
    for each in SLIDES:
        for shape in (shape for shape in each.shapes if shape.has_table):
            runs = [r for row in shape.table.rows for c in row.cells for p in c.text_frame.paragraphs for r in p.runs]
            assert {run.font.size.pt for run in runs} == {20}


def test_the_reading_order_is_title_finding_content_footer():
    for each in SLIDES:
        names = [shape.name for shape in each.shapes]
        assert names[0].startswith("Title"), names
        assert each.shapes[1].placeholder_format.idx == 1, names
        kinds = [shape.placeholder_format.type.name for shape in each.shapes if shape.is_placeholder]
        assert kinds[-2:] == ["FOOTER", "SLIDE_NUMBER"]
        identities = [shape.shape_id for shape in each.shapes]
        assert len(set(identities)) == len(identities)


def test_charts_and_tables_are_described():
    shapes = [shape for each in SLIDES for shape in each.shapes if shape.has_chart or shape.has_table]
    assert len(shapes) == 7
    for shape in shapes:
        description = shape._element.nvGraphicFramePr.cNvPr.get("descr")
        assert len(description) > 30
        assert "{" not in description


def test_the_money_slide_has_a_native_chart_of_the_running_total():
    chart = next(shape.chart for shape in slide("Money").shapes if shape.has_chart)
    case = worked_example()
    running = cash_flow(case, case.drivers).cumulative
    (series,) = chart.plots[0].series
    assert list(chart.plots[0].categories) == [str(year) for year in range(11)]
    assert list(series.values) == pytest.approx([amount / 1e6 for amount in running], abs=1e-6)


def test_money_is_told_with_the_view_that_fails():
    assert finding(slide("Money")) == (
        "Paid back in 6.1 years and worth USD 3.83 million over ten. "
        "A cautious view says USD −0.09 million: late and dear, it just fails."
    )
    notes = slide("Money").notes_slide.notes_text_frame.text
    assert "15.1 %" in notes
    assert "1.70 to 1" in notes


def test_options_are_compared_in_a_table():
    columns, *options = table(slide("Options compared"))
    assert columns == ["Option", "Once", "A year after", "For", "Against"]
    assert [option[0] for option in options] == ["Do nothing", "Improve alone", "Buy it in", "Share (proposed)"]
    assert options[-1][1:3] == ["5.7 m", "3.3 m"]


def test_it_is_said_who_would_pay_more_and_how_many_posts_go():
    assert "West River District would pay 83 % more. 19 posts go." in finding(slide("Who gains and who loses"))
    _, *agencies = table(slide("Who gains and who loses"))
    assert agencies[3] == ["West River District", "444,000", "218,695", "−51 %", "813,000"]


def test_real_places_are_named_only_with_their_source():
    others = slide("What we learned from others")
    assert "real" in finding(others)
    notes = others.notes_slide.notes_text_frame.text
    for source in ("Auditor General", "National Audit Office", "commission of inquiry", "GAO-11-478"):
        assert source in notes


def test_the_language_is_british_english_throughout():
    for each in SLIDES:
        languages = {run.get("lang") for run in each._element.iter(qn("a:rPr"))}
        assert languages == {"en-GB"}


@pytest.mark.documents
@pytest.mark.xdist_group("documents")
def test_libreoffice_shows_ten_pages(office, tmp_path):
    path = tmp_path / "briefing.pptx"
    path.write_bytes(CONTENT)
    (made,) = office.convert([path], "pdf", tmp_path)
    assert len(re.findall(rb"/Type\s*/Page\b", made.read_bytes())) == 10
