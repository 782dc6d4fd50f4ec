"""Webhooks in: a source tells that something changed, and is asked what it is now.

models.py holds the doors and the hints, receiving.py lets hints in, hints.py
gives them to whoever reads the source.
"""
