"""Pictures on pages: which sizes and formats are made of them, and how many queries that costs."""

from collections.abc import Iterable
from copy import copy
from typing import Any

from wagtail.images import get_image_model
from wagtail.images.blocks import ImageBlock, ImageChooserBlock
from wagtail.images.models import Filter

# Also written in templates/pages/picture.html, which the test of pictures compares with this.
SPEC = "width-{480,960,1440}|format-{avif,webp,jpeg}"
SPECS = tuple(Filter.expand_spec(SPEC))


def with_renditions(images: Any) -> Any:
    """The images with the renditions that pages show, in one further query however many there are."""
    return images.prefetch_renditions(*SPECS)


class PicturesChooserBlock(ImageChooserBlock):
    """Fetches all pictures of a page together with their renditions."""

    def bulk_to_python(self, values: Iterable[Any]) -> list[Any]:
        keys = list(values)
        wanted = {key for key in keys if key is not None}
        rows = with_renditions(get_image_model().objects.filter(pk__in=wanted)) if wanted else []
        found = {image.pk: image for image in rows}
        # A copy for each place: the same picture may need other words there.
        return [copy(found[key]) if key in found else None for key in keys]

    class Meta:
        icon = "image"


class PictureChoice(ImageBlock):
    """A picture with the text that stands for it, or a tick that it is only an ornament; one of them is required."""

    def __init__(self, required: bool = True, **kwargs: Any) -> None:  # noqa: FBT001, FBT002 -- Wagtail's signature
        super().__init__(required=required, **kwargs)
        chooser = PicturesChooserBlock(required=required)
        chooser.set_name("image")
        self.child_blocks["image"] = chooser

    class Meta:
        icon = "image"
