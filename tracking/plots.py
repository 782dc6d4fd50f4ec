"""A run's pictures, drawn anew: what reaches the browser are our own bytes.

A stranger's image file may be a bomb, or hold more than a picture; it is
decoded here with a limit and written again as PNG.
"""

import struct
from io import BytesIO

from django.core.cache import cache
from PIL import Image, UnidentifiedImageError

from tracking.blobs import open_blob
from tracking.models import Blob

MOST_PIXELS = 24_000_000
LARGE, SMALL = 1_600, 360  # pixels of a side, as shown
KINDS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")
DAMAGE = (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, struct.error)
KEPT = 24 * 3600  # seconds; a page of plots asks for all of them at once
LARGEST_KEPT = 1_000_000

# Ours is the lower limit, and is kept before a pixel is decoded.
Image.MAX_IMAGE_PIXELS = None


class NoPicture(Exception):
    """The bytes are no picture that is safe to show. The text says why."""


def redrawn(blob: Blob, *, side: int = LARGE) -> bytes:
    """PNG bytes, at most `side` pixels wide and high. Raises NoPicture."""
    key = f"drawn:{side}:{blob.sha256}"
    held: bytes | None = cache.get(key)
    if held is not None:
        return held
    drawn = _drawn(blob, side)
    if len(drawn) <= LARGEST_KEPT:
        cache.set(key, drawn, KEPT)
    return drawn


def _drawn(blob: Blob, side: int) -> bytes:
    try:
        with open_blob(blob) as stream, Image.open(stream, formats=KINDS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise NoPicture(f"{image.width} × {image.height} pixels are too many to show.")
            image.draft("RGB", (side, side))
            shown = image.convert("RGBA" if image.has_transparency_data else "RGB")
    except DAMAGE:
        raise NoPicture("The file is not a picture that can be read.") from None
    shown.thumbnail((side, side))
    written = BytesIO()
    shown.save(written, "PNG", compress_level=6)
    return written.getvalue()
