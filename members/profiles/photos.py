"""Makes a photo safe: what was uploaded is looked at before it is decoded, and never kept.

Two squares in two formats are drawn anew from its pixels, so that nothing else of the file survives: no place and
time of the camera, no comment, nothing hidden behind the picture.
"""

import hashlib
import io
import warnings
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 24_000_000
FEWEST_ACROSS = 96
WORKED_ON = 960  # pixels across while it is turned and cut
SIZES = {"small": 96, "large": 320}
EXTENSIONS = frozenset({"jpg", "jpeg", "png", "webp"})
# What the first bytes of each format are; its name does not decide.
_BEGINNINGS = {"JPEG": (b"\xff\xd8\xff",), "PNG": (b"\x89PNG\r\n\x1a\n",), "WEBP": (b"RIFF",)}
_NO_PHOTO = _("This file is no photo in the formats JPEG, PNG or WebP.")
_TOO_MANY_PIXELS = _("This photo has more than 24 million pixels. Save it smaller and try again.")
_BROKEN = (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError)


class NotAPhoto(ValidationError):
    """The file cannot be taken; the message says why and what to do."""


@dataclass(frozen=True)
class Made:
    """A photo in every size and format, as bytes; `digest` names its content."""

    digest: str
    files: dict[tuple[str, str], bytes]


def made_of(upload: Any) -> Made:
    """The photo made of an uploaded file. Raises NotAPhoto."""
    _check_name(upload.name)
    if upload.size > MOST_BYTES:
        raise NotAPhoto(_("This file is larger than 10 MB. Save the photo smaller and try again."))
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        picture = _opened(upload.file)
        try:
            upright = _flat(ImageOps.exif_transpose(_smaller(picture)))
        except _BROKEN as error:
            raise NotAPhoto(_("This file is damaged. Open it, save it anew and try again.")) from error
    files = {}
    for size, across in SIZES.items():
        square = ImageOps.fit(upright, (across, across), Image.Resampling.LANCZOS)
        files[size, "webp"] = _encoded(square, "WEBP", quality=82, method=4)
        files[size, "jpeg"] = _encoded(square, "JPEG", quality=84, optimize=True)
    return Made(hashlib.sha256(files["large", "webp"]).hexdigest()[:32], files)


def _check_name(name: str) -> None:
    if PurePath(name or "").suffix.lower().lstrip(".") not in EXTENSIONS:
        raise NotAPhoto(_("Choose a photo that is saved as JPEG, PNG or WebP."))


def _opened(file: BinaryIO) -> Image.Image:
    """The picture, not yet decoded: format and size are read from its head."""
    file.seek(0)
    head = file.read(16)
    file.seek(0)
    try:
        picture = Image.open(file, formats=list(_BEGINNINGS))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise NotAPhoto(_TOO_MANY_PIXELS) from error
    except _BROKEN as error:
        raise NotAPhoto(_NO_PHOTO) from error
    width, height = picture.size
    if not head.startswith(_BEGINNINGS[picture.format or ""]):
        raise NotAPhoto(_NO_PHOTO)
    if width * height > MOST_PIXELS:
        raise NotAPhoto(_TOO_MANY_PIXELS)
    if min(width, height) < FEWEST_ACROSS:
        raise NotAPhoto(
            _("This photo is too small: it needs at least %(pixels)d pixels each way."),
            params={"pixels": FEWEST_ACROSS},
        )
    return picture


def _smaller(picture: Image.Image) -> Image.Image:
    """The first frame, not much larger than needed: JPEG is decoded at a fraction, so that little memory is used."""
    picture.draft("RGB", (WORKED_ON, WORKED_ON))
    if picture.mode == "P":
        picture = _with_exif(picture.convert("RGBA"), picture)
    picture.thumbnail((WORKED_ON, WORKED_ON), Image.Resampling.LANCZOS)
    return picture


def _with_exif(converted: Image.Image, original: Image.Image) -> Image.Image:
    """Which way up it is held, says only the original."""
    converted.info["exif"] = original.getexif().tobytes()
    return converted


def _flat(picture: Image.Image) -> Image.Image:
    """In plain colours on white, without anything that came beside its pixels."""
    whole = picture.convert("RGBA")
    flat = Image.new("RGB", whole.size, "white")
    flat.paste(whole, mask=whole.getchannel("A"))
    return flat


def _encoded(picture: Image.Image, kind: str, **options: Any) -> bytes:
    output = io.BytesIO()
    picture.save(output, kind, **options)
    return output.getvalue()
