"""Portraits of people who do not exist: a head and shoulders of plain shapes, drawn from their handle."""

import io
import random

from django.core.files.uploadedfile import InMemoryUploadedFile
from PIL import Image, ImageDraw

ACROSS = 480
GROUNDS = ("#d6e4ef", "#e7dff1", "#f3e2c6", "#dcebdd", "#f2d9d3", "#e5e1cf")
SKINS = ("#f1c9a5", "#d9a066", "#8d5524", "#c68642", "#e0ac69", "#5d3a1a")
HAIRS = ("#2b2b2b", "#5a3825", "#a56b46", "#8c8c8c", "#d8d3c8", "#7a1f1f")
CLOTHES = ("#0f3a2e", "#33527a", "#7a3357", "#6b5b1e", "#44484f", "#8a3d1c")


def portrait(handle: str) -> InMemoryUploadedFile:
    """The picture as a browser would upload it; the same for the same handle."""
    chance = random.Random(handle)
    picture = Image.new("RGB", (ACROSS, ACROSS), chance.choice(GROUNDS))
    draw = ImageDraw.Draw(picture)
    skin, hair = chance.choice(SKINS), chance.choice(HAIRS)
    draw.ellipse((60, 330, 420, 700), fill=chance.choice(CLOTHES))
    draw.rounded_rectangle((200, 270, 280, 390), 34, fill=skin)
    if chance.choice([True, False]):
        draw.rounded_rectangle((130, 120, 350, 380), 100, fill=hair)
    draw.ellipse((150, 110, 330, 320), fill=skin)
    draw.pieslice((140, 80, 340, 290), 180 + chance.randrange(-14, 15), 360, fill=hair)
    if chance.choice([True, True, False, False, False]):
        for left in (172, 248):
            draw.ellipse((left, 196, left + 60, 252), outline="#2b2b2b", width=6)
        draw.line((232, 222, 248, 222), fill="#2b2b2b", width=6)
    output = io.BytesIO()
    picture.resize((360, 360), Image.Resampling.LANCZOS).save(output, "PNG")
    size = output.tell()
    return InMemoryUploadedFile(output, "photo", f"{handle}.png", "image/png", size, None)
