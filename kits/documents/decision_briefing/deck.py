"""The ten slides for decision makers, filled with the worked example."""

from __future__ import annotations

import copy
import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

import pptx
from pptx.chart.chart import Chart
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_TICK_LABEL_POSITION, XL_TICK_MARK
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.presentation import Presentation
from pptx.slide import Slide
from pptx.util import Inches, Pt

from kits.documents import palette
from kits.documents.business_case_model.appraisal import cash_flow
from kits.documents.business_case_model.inputs import Case
from kits.documents.decision_briefing import theme
from kits.documents.decision_briefing.figures import agency_rows, figures
from kits.documents.outline import Component


def render(text: Mapping[str, Any], case: Case, component: Component, *, version: str, released_on: date) -> bytes:
    """The deck, with the figures of `case` in the text's places."""
    deck = pptx.Presentation()
    layouts = theme.prepare(deck, language=component.language)
    _properties(deck, component, version, released_on)
    known = figures(case)
    for number, spec in enumerate(text["slides"], start=1):
        slide = deck.slides.add_slide(layouts[_layout(spec)])
        slide.shapes.title.text = spec["title"]
        slide.placeholders[1].text = spec["finding"].format(**known)
        _content(slide, spec, case, known)
        _foot(slide, text["mark"], number)
        notes = [f"{text['mark']}. All its figures are invented.", *spec["notes"]]
        slide.notes_slide.notes_text_frame.text = "\n".join(note.format(**known) for note in notes)
        _language(slide, component.language)
    target = io.BytesIO()
    deck.save(target)
    return target.getvalue()


def _properties(deck: Presentation, component: Component, version: str, released_on: date) -> None:
    core = deck.core_properties
    core.title, core.subject, core.author = component.title, component.subject, component.author
    core.keywords = f"{component.id}, version {version}"
    core.comments = f"Version {version}. {component.licence}"
    core.category, core.language, core.version = "Starter kit", component.language, version
    core.created = core.modified = datetime.combine(released_on, time())
    core.last_modified_by, core.revision = component.author, 1


def _layout(spec: Mapping[str, Any]) -> str:
    if "points" in spec:
        return theme.POINTS
    return theme.FIGURES if "figures" in spec else theme.EXHIBIT


def _content(slide: Slide, spec: Mapping[str, Any], case: Case, known: Mapping[str, str]) -> None:
    if "points" in spec:
        frame = slide.placeholders[2].text_frame
        frame.text = "\n".join(point.format(**known) for point in spec["points"])
    elif "figures" in spec:
        for index, figure in zip((2, 3, 4), spec["figures"], strict=True):
            _figure(slide.placeholders[index].text_frame, figure, known)
    elif "chart" in spec:
        _chart(slide, spec["chart"], case, known)
    else:
        rows = agency_rows(case) if spec["table"].get("rows_from") == "agencies" else spec["table"]["rows"]
        _table(slide, spec["table"], [[cell.format(**known) for cell in row] for row in rows])


def _figure(frame, figure: Mapping[str, str], known: Mapping[str, str]) -> None:
    frame.text = figure["figure"].format(**known)
    run = frame.paragraphs[0].runs[0]
    run.font.size = Pt(40)
    run.font.name = palette.SERIF
    run.font.color.rgb = _rgb(palette.GREEN)
    says = frame.add_paragraph()
    says.text = figure["says"].format(**known)
    says.space_before = Pt(6)


def _rgb(colour: str) -> RGBColor:
    return RGBColor.from_string(colour.lstrip("#").upper())


def _table(slide: Slide, spec: Mapping[str, Any], rows: Sequence[Sequence[str]]) -> None:
    left, top, width, _ = (Inches(side) for side in theme.BOXES["content"])
    height = Inches(0.62) * (len(rows) + 1)
    shape = slide.shapes.add_table(len(rows) + 1, len(spec["columns"]), left, top, width, height)
    shape.name = "Table"
    _describe(shape, spec["description"])
    table = shape.table
    table.horz_banding = False
    for column, inches in zip(table.columns, spec["widths"], strict=True):
        column.width = Inches(inches)
    table.first_col = bool(spec.get("row_heads"))
    right = spec.get("right", ())
    for row, texts in enumerate([spec["columns"], *rows]):
        for column, text in enumerate(texts):
            cell = table.cell(row, column)
            cell.text = text
            cell.vertical_anchor = MSO_ANCHOR.MIDDLE
            cell.margin_left = cell.margin_right = Inches(0.1)
            paragraph = cell.text_frame.paragraphs[0]
            paragraph.alignment = PP_ALIGN.RIGHT if column in right else PP_ALIGN.LEFT
            _cell_look(cell, header=row == 0, strong=row == 0 or (table.first_col and column == 0))


def _cell_look(cell, *, header: bool, strong: bool) -> None:
    colour = palette.RULE.lstrip("#").upper()
    for side in ("lnT", "lnB"):
        line = f'<a:{side} {nsdecls("a")} w="12700"><a:solidFill><a:srgbClr val="{colour}"/></a:solidFill></a:{side}>'
        cell._tc.get_or_add_tcPr().append(parse_xml(line))
    cell.fill.solid()
    cell.fill.fore_color.rgb = _rgb(palette.GREEN if header else "#ffffff")
    for run in cell.text_frame.paragraphs[0].runs:
        run.font.size = Pt(20)
        run.font.bold = strong
        run.font.color.rgb = _rgb("#ffffff" if header else palette.INK)


def _describe(shape, text: str) -> None:
    """The description that a screen reader gives for a table or a chart."""
    shape._element.nvGraphicFramePr.cNvPr.set("descr", text)


def _chart(slide: Slide, spec: Mapping[str, str], case: Case, known: Mapping[str, str]) -> None:
    running = cash_flow(case, case.drivers).cumulative[: case.horizon + 1]
    data = CategoryChartData(number_format="0.0")
    data.categories = [str(year) for year in range(len(running))]
    data.add_series(spec["series"].format(**known), [round(amount / 1e6, 6) for amount in running])
    box = [Inches(side) for side in theme.BOXES["content"]]
    shape = slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, *box, data)
    shape.name = "Chart"
    _describe(shape, spec["description"].format(**known))
    _chart_look(shape.chart, spec, known, running)


def _chart_look(chart: Chart, spec: Mapping[str, str], known: Mapping[str, str], running: Sequence[float]) -> None:
    chart.font.size = Pt(theme.SMALLEST)
    chart.font.color.rgb = _rgb(palette.INK)
    chart.has_legend = False
    chart.has_title = True
    chart.chart_title.include_in_layout = False
    chart.chart_title.text_frame.text = spec["series"].format(**known)
    title = chart.chart_title.text_frame.paragraphs[0].runs[0].font
    title.size, title.bold = Pt(theme.SMALLEST), False
    plot = chart.plots[0]
    plot.gap_width = 45
    plot.has_data_labels = True
    labels = plot.data_labels
    labels.number_format, labels.number_format_is_linked = "0.0", False
    labels.position = XL_LABEL_POSITION.OUTSIDE_END
    labels.font.size = Pt(theme.SMALLEST)
    chart.value_axis.visible = False
    # Room for the labels beyond the ends of the columns.
    chart.value_axis.minimum_scale = min(running) / 1e6 * 1.35
    chart.value_axis.maximum_scale = max(running) / 1e6 * 1.2
    chart.value_axis.has_major_gridlines = False
    axis = chart.category_axis
    axis.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    axis.major_tick_mark = XL_TICK_MARK.NONE
    axis.tick_labels.font.size = Pt(theme.SMALLEST)
    axis.has_title = True
    axis.axis_title.text_frame.text = spec["axis"]
    axis_title = axis.axis_title.text_frame.paragraphs[0].runs[0].font
    axis_title.size, axis_title.bold = Pt(theme.SMALLEST), False
    series = plot.series[0]
    series.invert_if_negative = False
    for index, amount in enumerate(running):
        # Marigold is the portal's colour of a loss; the sign stands in the label as well.
        fill = series.points[index].format.fill
        fill.solid()
        fill.fore_color.rgb = _rgb(palette.MARIGOLD if amount < 0 else palette.GREEN)


def _foot(slide: Slide, mark: str, number: int) -> None:
    """Footer and slide number, last in the reading order."""
    for shape in slide.slide_layout.placeholders:
        kind = shape.placeholder_format.type.name
        if kind not in ("FOOTER", "SLIDE_NUMBER"):
            continue
        element = copy.deepcopy(shape._element)
        identity = element.nvSpPr.cNvPr
        identity.set("id", str(max(int(other._element.xpath(".//p:cNvPr/@id")[0]) for other in slide.shapes) + 1))
        slide.shapes._spTree.append(element)
        texts = list(element.iter(qn("a:t")))
        if kind == "FOOTER":
            slide.shapes[-1].text_frame.text = mark
        else:
            texts[0].text = str(number)


def _language(slide: Slide, language: str) -> None:
    for element in (slide._element, slide.notes_slide._element):
        for run in element.iter(qn("a:rPr"), qn("a:endParaRPr")):
            run.set("lang", language)
        for text in element.iter(qn("a:r")):
            text.get_or_add_rPr().set("lang", language)
