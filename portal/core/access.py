"""The only way a view obtains an object: through what its visitor may see."""

from typing import Any

from django.db.models import Model, QuerySet
from django.http import Http404


def visible_or_404(source: type[Model] | QuerySet[Any], user: Any, **lookup: Any) -> Any:
    """The object that `user` may see; else the ordinary 404, the same for hidden and for missing."""
    rows = source._default_manager.all() if isinstance(source, type) else source
    found = rows.visible_to(user).filter(**lookup).first()
    if found is None:
        raise Http404
    return found
