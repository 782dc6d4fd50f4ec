"""Search over many documents: `python -m bench.search 1000000`."""

import random
import sys
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from bench.ground import ground, line, spread, took

START = datetime(2020, 1, 1, tzinfo=UTC)
REPEATS = 15


def fill(total: int) -> list[str]:
    from sources.models import Document, Source, Word
    from sources.store import append

    source = Source.objects.create(slug="bench", name="Bench", kind="jira")
    chance = random.Random(1)
    syllables = ["ra", "to", "mi", "ne", "lo", "ka", "ve", "su", "pi", "do", "ge", "ha"]
    words = sorted({"".join(chance.choices(syllables, k=4)) for _ in range(30_000)})
    append(Word, [{"word": word} for word in [*words, "common"]])
    for first in range(0, total, 5_000):
        rows = []
        for number in range(first, min(first + 5_000, total)):
            said = [words[int(len(words) * chance.random() ** 3)] for _ in range(30)]
            said += ["common"] if number % 3 == 0 else []
            rows.append(
                {
                    "key": uuid4(),
                    "source_id": source.pk,
                    "kind": "task",
                    "name": f"DOC-{number}",
                    "title": " ".join(said[:6]),
                    "body": " ".join(said),
                    "url": f"/t/DOC-{number}/",
                    "at": START + timedelta(minutes=number),
                }
            )
        append(Document, rows)
    return words


def main(total: int) -> None:
    from django.contrib.auth.models import User
    from django.db import connection

    from portal.search import jump, search

    holder: list[str] = []
    line(f"{total:,} documents made in", f"{took(lambda: holder.extend(fill(total))):,.0f} s")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    user = User.objects.create_superuser("bench", "bench@localhost", "x")
    words = holder
    rare, middling = words[-3], words[len(words) // 3]
    broken = middling[:3] + middling[4:]
    asked = {
        "a word of every third document": "common",
        "two words": f"common {words[5]}",
        "a middling word": middling,
        "a rare word": rare,
        "a typing error": broken,
        "a key's beginning": "DOC-12",
    }
    for name, text in asked.items():
        search(user, text)
        times = [took(lambda words=text: search(user, words)) for _ in range(REPEATS)]
        middle, tail = spread(times)
        hits = len(search(user, text).hits)
        line(f"{name} ({hits} hits)", f"{middle:,.1f} ms", f"p95 {tail:,.1f}")
    middle, tail = spread([took(lambda: jump(user, f"DOC-{total // 2}")) for _ in range(REPEATS)])
    line("an exact key", f"{middle:,.1f} ms", f"p95 {tail:,.1f}")


if __name__ == "__main__":
    with ground():
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
