"""The same for a Neptune: its team at work, its faults, its truth."""
