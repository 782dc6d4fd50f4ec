"""How each kind of source is read: its client and its streams. Only workers import these,
and a web process once someone presses Test connection: the clients take seconds."""
