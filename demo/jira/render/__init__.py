"""Things as Jira answers them, in the manner and the zone of one caller."""
