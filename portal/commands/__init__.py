"""The verbs of the `labledger` command: HELP, arguments(parser), main(chosen)."""
