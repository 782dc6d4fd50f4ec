"""A run's pictures, drawn anew: what reaches the browser are our own bytes.

A stranger's image file may be a bomb, or hold more than a picture; it is
decoded here with a limit and written again as PNG.
"""

from io import BytesIO

from PIL import Image, UnidentifiedImageError

from tracking.blobs import open_blob
from tracking.models import Blob

MOST_PIXELS = 24_000_000
LARGEST = 1_600  # pixels of a side, as shown
KINDS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")


class NoPicture(Exception):
    """The bytes are no picture that is safe to show. The text says why."""


def redrawn(blob: Blob) -> bytes:
    """PNG bytes, at most LARGEST pixels a side. Raises NoPicture."""
    try:
        with open_blob(blob) as stream, Image.open(stream, formats=KINDS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise NoPicture(f"{image.width} × {image.height} pixels are too many to show.")
            image.thumbnail((LARGEST, LARGEST))
            shown = image.convert("RGBA" if "A" in image.getbands() else "RGB")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise NoPicture("The file is not a picture that can be read.") from None
    written = BytesIO()
    shown.save(written, "PNG", optimize=True)
    return written.getvalue()
