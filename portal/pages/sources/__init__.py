"""The sources' pages: the list, one source, adding and editing with a test."""
