"""What is kept of a mail address to compare it by: a mark, never the address."""

from hashlib import blake2b

LENGTH = 12  # bytes of each half


def mail_mark(address: str) -> str:
    """Two digests, of the address and of its domain: "3f…:9a…". Empty for what is none.

    Letters count alike in any case. Who guesses an address can tell that it is
    this one; nobody can read it out.
    """
    written = address.strip().casefold()
    local, at, domain = written.rpartition("@")
    if not (local and at and domain):
        return ""
    return f"{_digest(written)}:{_digest(domain)}"


def _digest(text: str) -> str:
    return blake2b(text.encode(errors="replace"), digest_size=LENGTH).hexdigest()
