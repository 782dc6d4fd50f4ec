"""What goes to Jira from here: a row a write, delivered once.

asking.py makes rows with their causes, claims.py and delivery.py carry them
out, mending.py is what people do with those that Jira declined.
"""
