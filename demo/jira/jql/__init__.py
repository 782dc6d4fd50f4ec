"""JQL, a small and strict part of it.

`parse` makes a tree of the text, `fields` knows what a field of it means, and
`compiled` joins the two into one predicate and one sort key. What this Jira
does not know is a 400 with Jira's words, never a silent empty answer: an
unknown key, or a project that may not be seen, fails the whole query.
"""

from demo.jira.jql.compile import Query, compiled

__all__ = ["Query", "compiled"]
