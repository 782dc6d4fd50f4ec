"""The wheel's packages: the floors, and beside portal its pages and static files.

In the tree `templates` and `static` lie at the top, where they are looked for;
in the wheel they are folders of the app `portal`, where Django finds them too.
"""

from pathlib import Path

from setuptools import find_packages, setup

ROOT = Path(__file__).parent
FLOORS = ("portal", "handoff", "sprints", "tracking", "sources", "demo")


def files(folder: str) -> list[str]:
    """Every file below but compiled ones, as names relative to the folder.

    Also Python that is no module: the sample ships scripts as they were attached.
    """
    below = (path for path in sorted((ROOT / folder).rglob("*")) if path.is_file())
    return [str(path.relative_to(ROOT / folder)) for path in below if path.suffix != ".pyc"]


setup(
    packages=[
        *find_packages(include=[pattern for floor in FLOORS for pattern in (floor, f"{floor}.*")]),
        "portal.templates",
        "portal.static",
    ],
    package_dir={"portal.templates": "templates", "portal.static": "static"},
    package_data={
        "portal.templates": files("templates"),
        "portal.static": files("static"),
        **{floor: files(floor) for floor in FLOORS},
    },
)
