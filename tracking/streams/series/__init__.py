"""Float series in the tables: sealed chunks, a tail for what still grows, and their figures.

storing.py: a page of points in. held.py: points out. figures.py: last, min and max.
"""

from tracking.streams.series.figures import figures
from tracking.streams.series.held import Name, stored_points
from tracking.streams.series.storing import store

__all__ = ["Name", "figures", "store", "stored_points"]
