"""The runs table: its filter language, its query, its page, its CSV."""
