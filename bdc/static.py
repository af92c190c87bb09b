"""Static files as the image has them: compressed, and named by what is in them."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage

COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


class CollectedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # untyped
    """Modules of JavaScript name each other, so what is in one decides on the names in others.

    Our own style sheets are sent without their comments; those of others keep their licence.
    """

    support_js_module_import_aggregation = True

    def post_process(
        self, paths: Mapping[str, Any], **options: Any
    ) -> Iterator[tuple[str, str, bool | Exception]]:
        """Name and compress what was copied; see Django's HashedFilesMixin."""
        ours = [name for name in paths if name.startswith("spits/") and name.endswith(".css")]
        if options.get("dry_run"):  # nothing was copied
            ours = []
        for name in ours:
            copy = Path(self.path(name))
            copy.write_text(COMMENT.sub("", copy.read_text()))
        copies = {name: (self, name) for name in ours}
        yield from super().post_process({**paths, **copies}, **options)
