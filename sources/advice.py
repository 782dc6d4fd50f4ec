"""What to do about a sync's trouble: one table. Plain words, no database."""

# By the kind that a connector or the engine gave the trouble.
BY_KIND = {
    "token": "Make a new credential over there, as the account that reads, and store it here: "
    "Edit, then Test connection.",
    "hidden": "Let the account see what it shall read, or take that off this source's settings: "
    "Edit, then Test connection.",
    "address": "Check the address: Edit, then Test connection. Open it in a browser, too: what "
    "answers there must be the system itself, not a login page.",
    "certificate": "Have the certificate over there renewed, or make this machine trust who "
    "signed it.",
    "away": "Nothing at first: it is tried again by itself. If it stays so, open the address from "
    "this machine, and ask who runs it.",
    "slow": "Nothing at first: it is tried again by itself. If it stays so, ask who runs it, or "
    "read fewer projects.",
    "broken": "Nothing at first: it is tried again by itself. If it stays so, show these words to "
    "who runs it.",
    "quota": "Nothing: it goes on by itself at that time. If it happens often, read it less "
    "often (Edit), or ask over there for a larger quota.",
    "spent": "Nothing: the next sync goes on from there.",
    "turn": "Nothing: it goes on by itself. If it happens often, run more workers.",
    "settings": "Nothing: the next sync goes by the new settings.",
    "stopped": "Nothing if it happened once: the next sync goes on from there. If again and "
    "again, look at the worker's log and memory.",
    "ours": "Look at the worker's log, and run labledger doctor. The next sync tries again from "
    "there.",
}
# For who gave none.
BY_OUTCOME = {
    "refused": "A person must act on these words: Edit, then Test connection.",
    "failed": "Nothing at first: it is tried again by itself. If it stays so, these words say "
    "where to look.",
    "parked": "Nothing: it goes on by itself.",
}


def advice(*, outcome: str, trouble: str) -> str:
    """A sentence or two; empty where nothing is wrong."""
    if outcome in ("", "done", "partial"):
        return ""
    return BY_KIND.get(trouble) or BY_OUTCOME.get(outcome, "")
