"""Pages for tests: published by the clock (no person), unless a test is about who publishes."""

from io import BytesIO
from itertools import count
from typing import Any

from django.core.files.images import ImageFile
from PIL import Image as Pillow
from wagtail.images import get_image_model
from wagtail.models import PageViewRestriction

from portal.pages.models import ArticlePage, EditorialPage, HomePage, LandingPage, ProgrammePage

_numbers = count(1)


def home() -> HomePage:
    """The home page that every database has."""
    return HomePage.objects.get()


def _below(parent: EditorialPage | None, page: EditorialPage, *, live: bool, by: Any) -> Any:
    above = type(parent).objects.get(pk=parent.pk) if parent else home()
    made = above.add_child(instance=page)
    revision = made.save_revision(user=by)
    if live:
        revision.publish()
    made.refresh_from_db()
    return made


def make_article(
    *, parent: EditorialPage | None = None, live: bool = True, by: Any = None, **fields: Any
) -> ArticlePage:
    """An article below `parent`, by default below the home page."""
    number = next(_numbers)
    usual = {"title": f"Article {number}", "slug": f"article-{number}", "summary": f"Summary {number}."}
    return _below(parent, ArticlePage(**usual | fields), live=live, by=by)


def make_landing(*, parent: EditorialPage | None = None, live: bool = True, **fields: Any) -> LandingPage:
    """A landing page."""
    number = next(_numbers)
    usual = {"title": f"Landing {number}", "slug": f"landing-{number}", "summary": f"Summary {number}."}
    return _below(parent, LandingPage(**usual | fields), live=live, by=None)


def make_programme(
    part: str, number: int, *, parent: EditorialPage | None = None, live: bool = True, **fields: Any
) -> ProgrammePage:
    """A challenge, an element or an action item."""
    usual = {"title": f"The {part} {number}", "slug": f"{part}-{number}", "summary": f"About {part} {number}."}
    challenges = fields.pop("challenges", [])
    page = ProgrammePage(part=part, number=number, **usual | fields)
    page.challenges = challenges
    return _below(parent, page, live=live, by=None)


def close_to(page: EditorialPage, *, groups: tuple[Any, ...] = ()) -> PageViewRestriction:
    """Make a page private: for members, or for groups."""
    kind = PageViewRestriction.GROUPS if groups else PageViewRestriction.LOGIN
    restriction = PageViewRestriction.objects.create(page=page.page_ptr, restriction_type=kind)
    restriction.groups.set(groups)
    return restriction


def make_image(title: str = "A picture", *, width: int = 2000, height: int = 1000) -> Any:
    """An uploaded picture."""
    drawn = BytesIO()
    Pillow.new("RGB", (width, height), "#15503f").save(drawn, "JPEG")
    name = f"picture-{next(_numbers)}.jpg"
    return get_image_model().objects.create(title=title, file=ImageFile(BytesIO(drawn.getvalue()), name=name))
