"""One file a vendor. Plain Python: no Django, no models, no settings."""
