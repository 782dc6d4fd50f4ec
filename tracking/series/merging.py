"""New points over old ones, step by step."""

import numpy as np

from tracking.series.points import Floats, Points


def merge(old: Points, new: Points) -> tuple[Points, bool]:
    """Every old point of a step that is in `new` goes, however many there were;
    all other steps stay. Says whether anything is different afterwards, so that
    reading a source twice writes nothing. Two NaNs are the same value."""
    incoming = _ascending(new)
    if old.steps.size == 0 or incoming.steps.size == 0:
        return (incoming, True) if incoming.steps.size else (old, False)
    if incoming.steps[0] > old.steps[-1]:
        return _joined(old, incoming), True
    stays = ~np.isin(old.steps, incoming.steps)
    kept = Points(old.steps[stays], old.times[stays], old.values[stays])
    merged = _ascending(_joined(kept, incoming))
    return merged, not _same(old, merged)


def filled(old: Points, new: Points) -> tuple[Points, bool]:
    """The old points and, of the new ones, those at steps that the old have not.
    Says whether there were any."""
    missing = ~np.isin(new.steps, old.steps)
    if not missing.any():
        return old, False
    return merge(old, Points(new.steps[missing], new.times[missing], new.values[missing]))


def _joined(first: Points, second: Points) -> Points:
    return Points(
        np.concatenate([first.steps, second.steps]),
        np.concatenate([first.times, second.times]),
        np.concatenate([first.values, second.values]),
    )


def _ascending(given: Points) -> Points:
    if (given.steps[1:] >= given.steps[:-1]).all():
        return given
    order = np.argsort(given.steps, kind="stable")
    return Points(given.steps[order], given.times[order], given.values[order])


def _same(one: Points, other: Points) -> bool:
    return (
        np.array_equal(one.steps, other.steps)
        and np.array_equal(one.times, other.times)
        and _same_values(one.values, other.values)
    )


def _same_values(one: Floats, other: Floats) -> bool:
    return bool(np.array_equal(one, other, equal_nan=True))
