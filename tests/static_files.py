"""The static files: found once for a test process, where each test begins with a new client."""

from whitenoise.base import StaticFile
from whitenoise.middleware import WhiteNoiseMiddleware


class FoundOnce(WhiteNoiseMiddleware):
    found: dict[str, StaticFile] | None = None

    def add_files_from_finders(self) -> None:
        if FoundOnce.found is None:
            super().add_files_from_finders()
            FoundOnce.found = self.files
        self.files = FoundOnce.found
