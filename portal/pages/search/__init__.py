"""The search page, and the palette that jumps."""
