"""The bulk store.

bulk.py: rows into tables. mirror.py: records of a source into mirrored rows.
gone.py: rows that are no longer there. cleaning.py: values made storable.
"""

from sources.store.bulk import Row, Stored, append, replace, upsert
from sources.store.cleaning import clean, digest, loose_json, packed_json, plain, wire_json
from sources.store.gone import sweep
from sources.store.mirror import NOT_UNDERSTOOD, Fresh, Mirror, in_words, mirror, raw_of, squeezed

__all__ = [
    "NOT_UNDERSTOOD",
    "Fresh",
    "Mirror",
    "Row",
    "Stored",
    "append",
    "clean",
    "digest",
    "in_words",
    "loose_json",
    "mirror",
    "packed_json",
    "plain",
    "raw_of",
    "replace",
    "squeezed",
    "sweep",
    "upsert",
    "wire_json",
]
