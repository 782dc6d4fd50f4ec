"""Static files by their digest: a browser may keep them for ever."""

from whitenoise.storage import (  # type: ignore[import-untyped]
    CompressedManifestStaticFilesStorage,
)


class Assets(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Also names modules by digest where other modules import them.

    Without it an imported module keeps its plain name, and for a minute after an
    upgrade a new script could import an old one.
    """

    support_js_module_import_aggregation = True
