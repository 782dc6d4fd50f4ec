"""What goes to Jira and MLflow from here: a row a write, delivered once.

asking.py and tagging.py make rows with their causes, delivery.py carries them out,
mending.py is what people do with those that the other side declined.
"""
