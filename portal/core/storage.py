"""Files that no address leads to."""

from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.utils.deconstruct import deconstructible


@deconstructible
class PrivateFileSystemStorage(FileSystemStorage):
    """A folder outside MEDIA_ROOT without a public address; views serve its files after asking who may read."""

    # Django falls back to MEDIA_URL when it is given no address, which would make one up.
    base_url = None

    @property
    def base_location(self) -> Path:
        """Asked each time, so that a test's folder is the test's own."""
        return settings.PRIVATE_MEDIA_ROOT

    @property
    def location(self) -> str:
        """The same as an absolute path."""
        return str(Path(self.base_location).resolve())
