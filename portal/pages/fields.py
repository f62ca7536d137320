"""The body of a page: a StreamField whose migrations stay silent when an editor's block changes."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from wagtail.fields import StreamField

from portal.core.text import clean_text


class BodyField(StreamField):
    """Blocks of text, pictures and lists. What blocks there are is code, not schema."""

    def deconstruct(self) -> Any:
        """Without the definitions of the blocks: a new block would otherwise be a migration that changes nothing."""
        name, path, _args, kwargs = super().deconstruct()
        kwargs.pop("block_lookup", None)
        return name, path, [[]], kwargs

    def clean(self, value: Any, model_instance: Any) -> Any:
        """Every text in it passes the gate, so that both databases give the same verdict."""
        for text in _texts(self.stream_block.get_prep_value(value)):
            try:
                clean_text(text)
            except ValidationError as error:
                raise ValidationError(error.messages) from error
        return super().clean(value, model_instance)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _texts(each)
