from django.apps import AppConfig

from portal import checks

__all__ = ["PortalConfig", "checks"]  # imported, the checks are known to Django


class PortalConfig(AppConfig):
    name = "portal"
