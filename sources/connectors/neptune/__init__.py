"""A live Neptune (2.x protocol: on-premises, or a service that speaks it).

client.py: what the rest of the house calls. wire.py, session.py, troubles.py:
asking, the only files that touch `neptune-client`. table.py, rows.py: the runs
table and what its rows mean. series.py, files.py, zips.py: what hangs on a row.
position.py: how far a project has been read.
"""

from sources.connectors.neptune.client import NeptuneClient
from sources.connectors.neptune.zips import ZipLimits

__all__ = ["NeptuneClient", "ZipLimits"]
