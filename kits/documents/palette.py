"""Colours and typefaces of the documents: those of the portal, and fonts that every office program has."""

GREEN = "#15503f"
GREEN_TINT = "#e3efe8"
MARIGOLD = "#eaa91f"
MARIGOLD_TINT = "#fcefcf"
PAPER = "#fafaf6"
INK = "#18201c"
INK_2 = "#47524c"
RULE = "#d9dcd2"
BAD = "#9b2c1d"

SANS = "Arial"
SERIF = "Georgia"
