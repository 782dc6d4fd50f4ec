"""Fetch the vendored front-end files anew, for maintainers: `python tools/vendor.py`.

static/vendor/vendor.toml says which package, at which exact version, gives which
files. Each is taken from the package as npm delivers it (no install script runs),
its source map line is cut off (the map is not shipped), and its sha256 is written
back. To raise a version, change it in vendor.toml first.
"""

import hashlib
import re
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path

VENDOR = Path(__file__).resolve().parent.parent / "static" / "vendor"
MAP_LINE = re.compile(rb"\n?(//|/\*)# sourceMappingURL=[^\n]*\n?")

type Package = dict[str, str | list[dict[str, str]]]


def main() -> None:
    table = tomllib.loads((VENDOR / "vendor.toml").read_text())
    packages: list[Package] = table["package"]
    for package in packages:
        fetch(package)
    (VENDOR / "vendor.toml").write_text(written(packages))


def fetch(package: Package) -> None:
    """Put a package's files in place and their digests into `package`."""
    with tempfile.TemporaryDirectory() as folder:
        archive = packed(f"{package['name']}@{package['version']}", Path(folder))
        with tarfile.open(archive) as members:
            for line in package["file"]:
                line["sha256"] = place(members, line["from"], VENDOR / line["to"])


def packed(name: str, folder: Path) -> Path:
    command = ["npm", "pack", name, "--ignore-scripts", "--pack-destination", str(folder)]
    subprocess.run(command, check=True, timeout=120, capture_output=True)
    return next(folder.glob("*.tgz"))


def place(members: tarfile.TarFile, source: str, target: Path) -> str:
    found = members.extractfile(f"package/{source}")
    if found is None:
        sys.exit(f"{source} is not a file of the package.")
    content = MAP_LINE.sub(b"\n", found.read())
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def written(packages: list[Package]) -> str:
    lines = ["# What static/vendor holds and where it is from. tools/vendor.py writes the digests."]
    for package in packages:
        lines += ["", "[[package]]"]
        lines += [f'{word} = "{package[word]}"' for word in ("name", "version", "licence")]
        for line in package["file"]:
            lines += ["", "[[package.file]]"]
            lines += [f'{word} = "{line[word]}"' for word in ("from", "to", "sha256")]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
