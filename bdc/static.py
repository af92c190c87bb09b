"""Static files as the image has them: compressed, and named by what is in them."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class CollectedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # untyped
    """Modules of JavaScript name each other, so what is in one decides on the names in others."""

    support_js_module_import_aggregation = True
