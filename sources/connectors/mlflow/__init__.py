"""An MLflow tracking server, 2.x or 3.x, over its REST interface.

client.py: what the rest of the house calls. site.py, downloads.py: asking.
listing.py: which experiments and runs there are. runs.py, tags.py, values.py,
exported.py: what a run means (pure). reading.py: runs into records, with
histories.py, artifacts.py and models.py for what hangs on them. position.py:
how far it was read. identity.py: Test connection. writes.py: the tag that is ours.
address.py, webhook.py: what the web needs; the package itself imports nothing, so
that they cost no client.
"""
