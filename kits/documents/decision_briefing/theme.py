"""The look of the slides: 16:9, three layouts, the portal's colours, and nothing below 18 points."""

from __future__ import annotations

import re

from lxml import etree
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.presentation import Presentation
from pptx.slide import SlideLayout
from pptx.util import Emu, Inches

from kits.documents import palette

WIDTH, HEIGHT = Inches(13.333), Inches(7.5)
SMALLEST = 18
BOXES = {
    "title": (0.6, 0.42, 12.13, 0.8),
    "finding": (0.6, 1.3, 12.13, 1.0),
    "content": (0.6, 2.45, 12.13, 4.25),
    "footer": (0.6, 6.85, 8.0, 0.45),
    "number": (11.73, 6.85, 1.0, 0.45),
}
THIRDS = ((0.6, 2.75, 3.85, 3.6), (4.74, 2.75, 3.85, 3.6), (8.88, 2.75, 3.85, 3.6))
# Layouts of the stock template that are reshaped; the rest is removed.
POINTS, EXHIBIT, FIGURES = "Two Content", "Title and Content", "Comparison"
NAMES = {
    POINTS: "Title, finding and points",
    EXHIBIT: "Title, finding and exhibit",
    FIGURES: "Title, finding and three figures",
}
FLUSH, BULLET_INDENT = 'marL="0" indent="0"', 'marL="342900" indent="-342900"'
NO_BULLET = '<a:spcBef><a:spcPts val="0"/></a:spcBef><a:buNone/>'
BULLET = (
    '<a:spcBef><a:spcPts val="900"/></a:spcBef><a:buClr><a:schemeClr val="accent2"/></a:buClr>'
    '<a:buFont typeface="Arial"/><a:buChar char="•"/>'
)


def prepare(deck: Presentation, *, language: str) -> dict[str, SlideLayout]:
    """Give the stock template our look; the layouts by their constants."""
    deck.slide_width, deck.slide_height = WIDTH, HEIGHT
    _theme(deck)
    _master(deck, language)
    layouts = {}
    for layout in list(deck.slide_layouts):
        if layout.name in NAMES:
            layouts[layout.name] = layout
        else:
            deck.slide_layouts.remove(layout)
    _points(layouts[POINTS])
    _exhibit(layouts[EXHIBIT])
    _figures(layouts[FIGURES])
    for key, layout in layouts.items():
        layout._element.cSld.set("name", NAMES[key])
    return layouts


def _hex(colour: str) -> str:
    return colour.lstrip("#").upper()


def _theme(deck: Presentation) -> None:
    part = next(rel.target_part for rel in deck.slide_master.part.rels.values() if rel.reltype.endswith("/theme"))
    theme = part.blob.decode("utf-8")
    colours = {
        "dk1": palette.INK,
        "lt1": "#ffffff",
        "dk2": palette.GREEN,
        "lt2": palette.PAPER,
        "accent1": palette.GREEN,
        "accent2": palette.MARIGOLD,
        "accent3": palette.INK_2,
        "accent4": "#2f7d66",
        "accent5": "#8a6a1f",
        "accent6": palette.RULE,
        "hlink": palette.GREEN,
        "folHlink": palette.INK_2,
    }
    for name, colour in colours.items():
        pattern = rf"<a:{name}>.*?</a:{name}>"
        theme = re.sub(pattern, f'<a:{name}><a:srgbClr val="{_hex(colour)}"/></a:{name}>', theme, flags=re.DOTALL)
    for kind, family in (("major", palette.SERIF), ("minor", palette.SANS)):
        theme = re.sub(rf'(<a:{kind}Font>\s*<a:latin typeface=")[^"]*', rf"\g<1>{family}", theme)
    part._blob = theme.encode("utf-8")


def _master(deck: Presentation, language: str) -> None:
    master = deck.slide_master
    element = master._element
    _background(element)
    _rules(element)
    boxes = {"TITLE": "title", "BODY": "content", "SLIDE_NUMBER": "number"}
    for shape in master.placeholders:
        _place(shape, boxes.get(shape.placeholder_format.type.name, "footer"))
    for text in element.iter(qn("a:defRPr"), qn("a:rPr"), qn("a:endParaRPr")):
        text.set("lang", language)
        if text.get("sz") and int(text.get("sz")) < SMALLEST * 100:
            text.set("sz", str(SMALLEST * 100))
    for fill in element.xpath('.//p:sp[.//p:ph[@type="ftr" or @type="sldNum"]]//a:solidFill'):
        # The stock template tints the footer down to a grey that few can read.
        fill.getparent().replace(fill, _xml('<a:solidFill {ns}><a:schemeClr val="accent3"/></a:solidFill>'))
    title = element.find(f".//{qn('p:titleStyle')}/{qn('a:lvl1pPr')}")
    title.set("algn", "l")
    run = title.find(qn("a:defRPr"))
    run.set("sz", "3400")
    _fill(run, "tx2")


def _xml(text: str) -> etree._Element:
    """An element; {ns} in its text stands for the declarations of the namespaces."""
    return parse_xml(text.replace("{ns}", nsdecls("p", "a")))


def _background(master: etree._Element) -> None:
    background = master.cSld.find(qn("p:bg"))
    if background is not None:
        master.cSld.remove(background)
    colour = '<a:solidFill><a:schemeClr val="bg2"/></a:solidFill>'
    master.cSld.insert(0, _xml(f"<p:bg {{ns}}><p:bgPr>{colour}<a:effectLst/></p:bgPr></p:bg>"))


def _rules(master: etree._Element) -> None:
    """A thick and a thin line at the top edge, as on the portal. Decoration: no reader announces it."""
    tree = master.cSld.find(qn("p:spTree"))
    unspoken = (
        '<a:extLst><a:ext uri="{C183D7F6-B498-43B3-948B-1728B52AA6E4}"><adec:decorative val="1" '
        'xmlns:adec="http://schemas.microsoft.com/office/drawing/2017/decorative"/></a:ext></a:extLst>'
    )
    for number, (top, height) in enumerate(((0, 0.09), (0.13, 0.02)), start=1):
        box = f'<a:off x="0" y="{Inches(top)}"/><a:ext cx="{WIDTH}" cy="{Inches(height)}"/>'
        rule = _xml(
            f'<p:sp {{ns}}><p:nvSpPr><p:cNvPr id="{90 + number}" name="Rule {number}">{unspoken}</p:cNvPr>'
            '<p:cNvSpPr/><p:nvPr userDrawn="1"/></p:nvSpPr>'
            f'<p:spPr><a:xfrm>{box}</a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
            '<a:solidFill><a:schemeClr val="tx2"/></a:solidFill></p:spPr></p:sp>'
        )
        # Behind everything else: after the two elements that describe the tree itself.
        tree.insert(2, rule)


def _place(shape, box: str | tuple[float, float, float, float]) -> None:
    left, top, width, height = BOXES[box] if isinstance(box, str) else box
    shape.left, shape.top, shape.width, shape.height = (Emu(Inches(side)) for side in (left, top, width, height))


def _fill(run: etree._Element, scheme: str) -> None:
    for old in run.findall(qn("a:solidFill")):
        run.remove(old)
    run.insert(0, _xml(f'<a:solidFill {{ns}}><a:schemeClr val="{scheme}"/></a:solidFill>'))


def _style(
    shape,
    size: int,
    *,
    bullet: bool,
    anchor: str = "t",
    align: str = "l",
    serif: bool = False,
    scheme: str = "tx1",
) -> None:
    """How text in this placeholder looks; text never shrinks to fit, so that 18 points stay 18."""
    body = shape._element.txBody
    properties = body.find(qn("a:bodyPr"))
    for child in list(properties):
        properties.remove(child)
    properties.append(_xml("<a:noAutofit {ns}/>"))
    properties.set("anchor", anchor)
    for side in ("lIns", "rIns"):
        properties.set(side, "0")
    font = '<a:latin typeface="+mj-lt"/>' if serif else ""
    look = f'<a:solidFill><a:schemeClr val="{scheme}"/></a:solidFill>{font}'
    new = _xml(
        f'<a:lstStyle {{ns}}><a:lvl1pPr {BULLET_INDENT if bullet else FLUSH} algn="{align}">'
        f"{BULLET if bullet else NO_BULLET}"
        f'<a:defRPr sz="{size * 100}" b="0">{look}</a:defRPr></a:lvl1pPr></a:lstStyle>'
    )
    old = body.find(qn("a:lstStyle"))
    if old is None:
        properties.addnext(new)
    else:
        body.replace(old, new)


def _common(layout: SlideLayout) -> dict[int, object]:
    found = {}
    for shape in list(layout.placeholders):
        kind = shape.placeholder_format.type.name
        if kind == "DATE":
            shape._element.getparent().remove(shape._element)
        elif kind == "TITLE":
            _place(shape, "title")
            _style(shape, 34, bullet=False, anchor="b", serif=True, scheme="tx2")
        elif kind in ("FOOTER", "SLIDE_NUMBER"):
            _place(shape, "footer" if kind == "FOOTER" else "number")
            align = "l" if kind == "FOOTER" else "r"
            _style(shape, SMALLEST, bullet=False, anchor="ctr", align=align, scheme="accent3")
        else:
            found[shape.placeholder_format.idx] = shape
    _place(found[1], "finding")
    found[1]._element.nvSpPr.cNvPr.set("name", "Finding")
    _style(found[1], 24, bullet=False, scheme="tx1")
    return found


def _points(layout: SlideLayout) -> None:
    found = _common(layout)
    _place(found[2], "content")
    _style(found[2], 24, bullet=True)


def _exhibit(layout: SlideLayout) -> None:
    _common(layout)


def _figures(layout: SlideLayout) -> None:
    found = _common(layout)
    for index, box in zip((2, 3, 4), THIRDS, strict=True):
        _place(found[index], box)
        _style(found[index], 22, bullet=False)
