"""A team at work in a practice Neptune: what it does is drawn by a seed, and said
to the server in the words of the real client's requests."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from demo.neptune import Practice
from demo.neptune.asking import Refusal
from demo.neptune.fields import Container
from demo.neptune.times import milliseconds
from tests.soak.neptune.writer import Writer

PROJECTS = ("acme/documents", "acme/receipts")
KEYS = ("DOC", "REC")
TAGS = ("sprint 49", "sprint 50", "DOC-2698", "REC-12", "best", "baseline")
PATHS = ("score", "auc", "notes/one", "params/lr", "parameters/depth")
CURVES = ("train/loss", "valid/loss", "valid/auc")
LOGS = ("logs/messages", "monitoring/stdout")
FILES = ("model/weights", "plots/roc", "report")
SETS = ("source_code/files", "inference/files")
PICTURES = ("samples", "heatmaps")
MODELS = ("CLS", "OCR", "SEG", "DET", "NER", "LAY", "TAB", "SIG")
LONG = 1_500  # points: more than a chunk, and more than one request


class Churn(Writer):
    """`step` does one thing; `done` counts what was done, `refused` what Neptune refused."""

    def __init__(self, practice: Practice, seed: int) -> None:
        super().__init__(practice, seed)
        self.done: Counter[str] = Counter()
        self.refused = 0
        self.verbs: dict[str, tuple[int, Callable[[], object]]] = {
            "create run": (6, self._create_run),
            "assign": (14, self._assign),
            "tag": (8, self._tag),
            "untag": (4, self._untag),
            "log floats": (22, self._log_floats),
            "log strings": (12, self._log_strings),
            "log pictures": (4, self._log_pictures),
            "write a curve anew": (5, self._curve_anew),
            "write a log anew": (3, self._log_anew),
            "empty a curve": (1, self._curve_emptied),
            "upload": (10, self._upload),
            "upload into a set": (8, self._upload_member),
            "delete from a set": (4, self._delete_member),
            "set anew": (2, self._set_anew),
            "track a dataset": (3, self._track),
            "delete an attribute": (4, self._delete_attribute),
            "ping": (12, self._ping),
            "trash": (4, self._trash),
            "restore": (3, self._restore),
            "delete": (3, self._delete),
            "create model": (3, self._create_model),
            "create version": (4, self._create_version),
            "stage": (4, self._stage),
            "upload to a version": (3, self._upload_to_version),
            "delete model": (1, self._delete_model),
            "hide or show a project": (1, self._hide_or_show),
        }

    def step(self) -> None:
        names = list(self.verbs)
        (name,) = self.chance.choices(names, [self.verbs[one][0] for one in names])
        try:
            with self.store.lock:
                self.verbs[name][1]()
            self.done[name] += 1
        except (Refusal, IndexError):
            self.refused += 1

    def begin(self) -> None:
        """Something to begin with: as many runs as would let a few go."""
        with self.store.lock:
            for name, key in zip(PROJECTS, KEYS, strict=True):
                self.store.add_project(name, key=key)
            for _ in range(40):
                self._create_run()
            for project in PROJECTS:
                for key in MODELS:
                    self._create("model", project, project, key=key)
            for act in (self._create_version, self._log_floats, self._log_strings, self._upload):
                for _ in range(20):
                    act()

    def end(self) -> None:
        """Everybody may see everything again."""
        with self.store.lock:
            for project in self.store.projects.values():
                project.members = None

    # ── runs ─────────────────────────────────────────────────────────────────

    def _create_run(self) -> None:
        project = self._project()
        run = self._create("run", project, project, gitInfo=self._git())
        self._change(run, "sys/name", "assignString", value=self.chance.choice(TAGS))
        self._change(run, "sys/tags", "insertStrings", values=self.chance.sample(TAGS, 2))
        self._change(run, "params/lr", "assignFloat", value=self.chance.random())

    def _git(self) -> dict[str, Any] | None:
        if self.chance.random() < 0.5:
            return None
        commit = {
            "commitId": self.chance.randbytes(20).hex(),
            "message": "Try it",
            "authorName": "Ann",
            "authorEmail": "ann@example.com",
            "commitDate": "2024-03-04T12:00:00Z",
        }
        return {"commit": commit, "repositoryDirty": False, "currentBranch": "b", "remotes": []}

    def _assign(self) -> None:
        """Of another type than before is no answer: Neptune refuses that in words."""
        kind, value = self.chance.choice(
            [
                ("assignFloat", self.chance.random()),
                ("assignInt", self.chance.randrange(99)),
                ("assignString", f"(1, {self.chance.randrange(99)})"),
                ("assignBool", self.chance.random() < 0.5),
            ]
        )
        self._change(self._some(), self.chance.choice(PATHS), kind, value=value)

    def _tag(self) -> None:
        self._change(self._some(), "sys/tags", "insertStrings", values=[self.chance.choice(TAGS)])

    def _untag(self) -> None:
        self._change(self._some(), "sys/tags", "removeStrings", values=[self.chance.choice(TAGS)])

    def _delete_attribute(self) -> None:
        kind = self.chance.choice(("float", "string", "floatSeries", "file", "fileSet"))
        container, path = self._with(kind)
        if container.kind != "run" or path.startswith("sys/"):
            return
        field = container.fields[path]
        members = len(field.value) if kind == "fileSet" else kind in {"floatSeries", "file"}
        if self._may_lose(container, members):
            self._change(container, path, "deleteAttribute")

    def _ping(self) -> None:
        """A client that is still at work; it is the server that says when one is not."""
        run = self._some()
        self.store.settle(run)
        if run.atom("sys/state") == "running":
            self._do("ping", experimentId=run.id)

    # ── series ───────────────────────────────────────────────────────────────

    def _many(self) -> int:
        return self.chance.choice((1, 1, 5, 60, 150, LONG))

    def _log(self, run: Container, path: str, name: str, values: Sequence[Any]) -> None:
        """The next steps, of now; as a client numbers them that was told no steps."""
        field = run.fields.get(path)
        first = field.value[-1][0] + 1 if field and field.value else 0.0
        now = milliseconds(self.store.now)
        entries = [
            {"step": first + at, "timestampMilliseconds": now + at, "value": value}
            for at, value in enumerate(values)
        ]
        self._change(run, path, name, entries=entries)

    def _numbers(self) -> list[float]:
        return [self.chance.random() for _ in range(self._many())]

    def _lines(self) -> list[str]:
        return [f"zażółć {self.chance.randrange(10**6)}" for _ in range(self._many())]

    def _log_floats(self) -> None:
        self._log(self._some(), self.chance.choice(CURVES), "logFloats", self._numbers())

    def _log_strings(self) -> None:
        self._log(self._some(), self.chance.choice(LOGS), "logStrings", self._lines())

    def _log_pictures(self) -> None:
        pictures = [{"data": "iVBORw0KGgo=", "name": None, "description": None}] * 2
        self._log(self._some(), self.chance.choice(PICTURES), "logImages", pictures)

    def _curve_anew(self) -> None:
        """The same steps, more of them or fewer."""
        run, path = self._with("floatSeries")
        self._change(run, path, "clearFloatSeries")
        self._log(run, path, "logFloats", self._numbers())

    def _curve_emptied(self) -> None:
        run, path = self._with("floatSeries")
        self._change(run, path, "clearFloatSeries")

    def _log_anew(self) -> None:
        run, path = self._with("stringSeries")
        self._change(run, path, "deleteAttribute")
        self._log(run, path, "logStrings", self._lines())

    # ── files ────────────────────────────────────────────────────────────────

    def _upload(self, kind: str = "run") -> None:
        asked = {"experimentIdentifier": self._some(kind).id, "ext": "bin"}
        asked["attribute"] = self.chance.choice(FILES)
        self._do("fileAtomUpload", raw=self._bytes(), **asked)

    def _upload_member(self) -> None:
        asked = {"experimentIdentifier": self._some().id, "attribute": self.chance.choice(SETS)}
        asked["subPath"] = f"{self.chance.choice('abcd')}/{self.chance.choice('ef')}.py"
        self._do("fileSetFileUpload", raw=self._bytes(), **asked)

    def _delete_member(self) -> None:
        run, path = self._with("fileSet")
        gone = self.chance.choice(sorted(run.fields[path].value))
        if self._may_lose(run, 1):
            self._change(run, path, "deleteFiles", filePaths=[gone])

    def _set_anew(self) -> None:
        """Other files in it, of the same number of bytes."""
        run, path = self._with("fileSet")
        sizes = {name: one["size"] for name, one in run.fields[path].value.items()}
        self._change(run, path, "deleteFiles", filePaths=list(sizes))
        asked = {"experimentIdentifier": run.id, "attribute": path}
        for name, size in sizes.items():
            content = self.chance.randbytes(size)
            self._do("fileSetFileUpload", raw=content, subPath=name, **asked)

    def _track(self) -> None:
        run, digest = self._some(), self.chance.randbytes(32).hex()
        listed = [{"filePath": f"{one}.png", "fileHash": digest, "size": 7} for one in "ab"]
        asked = {"projectIdentifier": run.project, "hash": digest}
        self._do("createNewArtifact", **asked)
        self._do("uploadArtifactFilesMetadata", {"files": listed}, **asked)
        self._change(run, "dataset/version", "assignArtifact", hash=digest)

    # ── models ───────────────────────────────────────────────────────────────

    def _create_model(self) -> None:
        project = self._project()
        key = self.chance.choice(MODELS)
        self._create("model", project, project, key=key)

    def _create_version(self) -> None:
        model = self._some("model")
        project = self.store.projects[model.project].qualified
        self._create("modelVersion", project, model.id)

    def _stage(self) -> None:
        stage = self.chance.choice(("staging", "production", "archived"))
        self._change(self._some("modelVersion"), "sys/stage", "assignString", value=stage)

    def _upload_to_version(self) -> None:
        self._upload("modelVersion")

    # ── coming and going ─────────────────────────────────────────────────────

    def _each(self, operation: str, container: Container) -> None:
        self._do(operation, [container.id], projectIdentifier=container.project)

    def _trash(self) -> None:
        self._each("trashExperiments", self._some())

    def _restore(self) -> None:
        self.store.set_trashed(self._some(trashed=True), trashed=False)

    def _delete(self) -> None:
        self._each("deleteExperiments", self._some(trashed=True))

    def _delete_model(self) -> None:
        """With its versions; its key is free again, and taken now and then."""
        model = self._some("model")
        self._each("trashExperiments", model)
        self._each("deleteExperiments", model)

    def _hide_or_show(self) -> None:
        """From us, and from everybody but the boss."""
        hidden = [one for one in self.store.projects.values() if one.members is not None]
        for project in hidden or list(self.store.projects.values())[-1:]:
            project.members = None if hidden else ["boss"]
