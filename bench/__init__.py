"""Benchmarks that anyone can run: `make bench`, or `python -m bench runs --runs 10000`.

Each is a process of its own with servers of its own, fsync on. Ratios are of
one run on one machine; figures of two machines are not to be compared.
"""
