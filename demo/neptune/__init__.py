"""A practice Neptune: the real client writes to it and reads from it.

It speaks the 2.x protocol as far as `neptune-client` asks for it, keeps
everything in memory, and can be told to misbehave. It is no Neptune: quotas,
roles and live monitoring are left out.
"""

from demo.neptune.faults import Fault
from demo.neptune.server import Practice
from demo.neptune.store import Store

__all__ = ["Fault", "Practice", "Store"]
