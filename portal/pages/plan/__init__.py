"""Pages of the plan: sprints, tasks, hypotheses, the inbox; plan joined with runs."""
