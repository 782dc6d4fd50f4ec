"""The one table: each kind of source, how it is read, and what its form asks.

The web imports this and no client: how a kind is read is looked up by name, when
a worker or Test connection needs it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from typing import Any, Literal

from portal.readers.reader import Reader
from sources.connectors.base import Told, Trouble
from sources.connectors.jira import webhook as jira_webhook
from sources.connectors.jira.address import plain_address as plain_jira
from sources.connectors.jira.address import token_lasts
from sources.connectors.mlflow import webhook as mlflow_webhook
from sources.connectors.mlflow.address import plain_address as plain_mlflow
from sources.engine import Stream
from sources.models import Source
from sources.remap import Mapped


@dataclass(frozen=True, slots=True)
class Setting:
    """One field of a source's form. `kind` list: words, one a line or with commas;
    lines: one a line.

    `plain` gives a text's one spelling, or raises a Trouble for what cannot be.
    With `leads`, it says where the credential is sent, or as whose: another
    value needs the credential anew. With `maps`, it only says how what was read is
    understood: another value needs nothing to be read.
    """

    name: str
    label: str
    help: str = ""
    kind: Literal["text", "list", "lines", "flag", "zone", "choice"] = "text"
    required: bool = False
    default: object = ""
    choices: tuple[tuple[str, str], ...] = ()
    plain: Callable[[str], str] = str.strip
    leads: bool = False
    maps: bool = False

    def same(self, one: object, other: object) -> bool:
        """Whether two values mean the same, however they are spelt."""
        if isinstance(one, str) and isinstance(other, str):
            return self._spelt(one) == self._spelt(other)
        return (one or None) == (other or None)

    def _spelt(self, text: str) -> str:
        try:
            return self.plain(text)
        except Trouble:
            return text


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of source. `secret` is the label of its credential; empty: it has none.
    `reader` is a module in portal/readers; what it holds is imported when asked for.
    `lasts`, by its settings: how long a new credential may last, where nobody tells."""

    name: str
    about: str
    reader: str
    settings: Sequence[Setting]
    secret: str = ""
    secret_help: str = ""
    webhook: Callable[..., Told] | None = None
    lasts: Callable[[Mapping[str, Any]], timedelta | None] | None = None

    @property
    def maps(self) -> bool:
        """Whether its raw records can be mapped anew."""
        return any(one.maps for one in self.settings)

    def read(self) -> Reader:
        found: Reader = import_module(f"portal.readers.{self.reader}").READER
        return found

    def client(self, source: Source) -> Any:
        return self.read().client(source)

    @property
    def streams(self) -> Sequence[Stream[Any, Any]]:
        return self.read().streams

    @property
    def hints(self) -> Sequence[Stream[Any, Any]]:
        """That follow a webhook alone."""
        return self.read().hints

    @property
    def stored(self) -> Sequence[Mapped]:
        """The raw records that can be mapped anew."""
        return self.read().stored


JIRA = Kind(
    name="Jira",
    about="Sprints, tasks, hypotheses and all that was said about them, of Cloud or Data Center.",
    reader="jira",
    webhook=jira_webhook.told,
    lasts=token_lasts,
    settings=(
        Setting(
            "address",
            "Address",
            "https://yourteam.atlassian.net",
            required=True,
            plain=plain_jira,
            leads=True,
        ),
        Setting(
            "mode",
            "Edition",
            kind="choice",
            default="auto",
            choices=(("auto", "find out"), ("cloud", "Cloud"), ("dc", "Data Center")),
            leads=True,
        ),
        Setting("email", "Account's e-mail", "Cloud only: whose token it is.", leads=True),
        Setting("projects", "Projects", "Keys, one a line; empty: all it sees.", "list"),
        Setting(
            "hypothesis_types",
            "Issue types that are hypotheses",
            "Names as in Jira, one a line.",
            "list",
            default=["Hypothesis"],
            maps=True,
        ),
        Setting(
            "hypothesis_labels",
            "Labels that make a hypothesis",
            "One a line.",
            "list",
            default=["hypothesis"],
            maps=True,
        ),
        Setting(
            "restricted",
            "Also what only some may read in Jira",
            "Comments and work logs for a role or a group, and issues with a security level. "
            "Everybody who sees this source then reads them here.",
            "flag",
        ),
    ),
    secret="API token",  # noqa: S106 -- a label
    secret_help="Cloud: an API token of that account. Data Center: a personal access token.",  # noqa: S106
)

ARCHIVE = Kind(
    name="Neptune export archive",
    about="Folders that neptune-exporter wrote, 2.x or 3.x: runs with their series and files.",
    reader="archives",
    settings=(
        Setting(
            "paths",
            "Folders",
            "What neptune-exporter wrote, as the worker sees it: a folder that holds data/ and "
            "files/. Several archives of one project, one a line: the newer state of a run counts.",
            "lines",
            required=True,
        ),
        Setting(
            "zone",
            "Exported in time zone",
            "Series times in an archive are the exporting machine's local time.",
            kind="zone",
            default="UTC",
        ),
    ),
)

NEPTUNE = Kind(
    name="Neptune (live, 2.x)",
    about="A server that still answers, such as one of your own. The hosted one has closed.",
    reader="neptune",
    settings=(
        Setting(
            "projects", "Projects", "workspace/project, one a line; empty: all it sees.", "list"
        ),
        Setting(
            "insecure", "Plain http", "Allow a server without TLS, on a trusted network.", "flag"
        ),
    ),
    secret="API token",  # noqa: S106 -- a label
    secret_help="Neptune: your name, Get your API token. It holds the server's address.",  # noqa: S106
)

MLFLOW = Kind(
    name="MLflow",
    about="Experiments, runs, models and their artifacts, of a 2.x or 3.x tracking server.",
    reader="mlflow",
    webhook=mlflow_webhook.told,
    settings=(
        Setting(
            "address",
            "Address",
            "https://mlflow.yourteam.example, a 2.x or 3.x server",
            required=True,
            plain=plain_mlflow,
            leads=True,
        ),
        Setting(
            "user", "User", "For a server with passwords; empty: the secret is a token.", leads=True
        ),
        Setting(
            "experiments", "Experiments", "Names or ids, one a line; empty: all it sees.", "lines"
        ),
        Setting(
            "insecure", "Plain http", "Send the secret without TLS, on a trusted network.", "flag"
        ),
    ),
    secret="Password or token",  # noqa: S106 -- a label
    secret_help="Leave it empty when the server asks for no login.",  # noqa: S106
)

KINDS: dict[str, Kind] = {
    "jira": JIRA,
    "neptune-archive": ARCHIVE,
    "neptune": NEPTUNE,
    "mlflow": MLFLOW,
}
