"""Metric series as numpy arrays: packing, merging, downsampling. No database here."""

from tracking.series.downsampling import Buckets, buckets, outline
from tracking.series.merging import filled, merge
from tracking.series.packing import Packed, pack, unpack, unpack_values
from tracking.series.points import Points, Summary, points, summary
from tracking.series.sketch import sketch, sketched, thinned

__all__ = [
    "Buckets",
    "Packed",
    "Points",
    "Summary",
    "buckets",
    "filled",
    "merge",
    "outline",
    "pack",
    "points",
    "sketch",
    "sketched",
    "summary",
    "thinned",
    "unpack",
    "unpack_values",
]
