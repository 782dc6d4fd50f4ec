"""The runs' pages: table, one run, compare, source diff. They join tracking
(the runs), sprints (their tasks) and handoff (their records)."""
