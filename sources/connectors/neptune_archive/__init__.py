"""Archives that neptune-exporter left on disk: the main way Neptune's runs come in."""

from sources.connectors.neptune_archive.archive import Archive

__all__ = ["Archive"]
