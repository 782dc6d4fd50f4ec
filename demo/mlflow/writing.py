"""Writes to an MLflow as its client does: experiments, runs, files, models."""

from collections.abc import Iterable, Mapping
from typing import Any

import httpx

type Point = tuple[int, int, float | str]
"""Step, epoch milliseconds, value."""

AT_ONCE = 1_000  # metrics of one batch, the server's own limit


class Writer:
    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=30.0)

    def close(self) -> None:
        self._http.close()

    def post(self, path: str, **body: Any) -> dict[str, Any]:
        return self._sent("POST", f"/api/2.0/mlflow/{path}", json=body)

    def patch(self, path: str, **body: Any) -> dict[str, Any]:
        return self._sent("PATCH", f"/api/2.0/mlflow/{path}", json=body)

    def _sent(self, method: str, path: str, **given: Any) -> dict[str, Any]:
        answer = self._http.request(method, path, **given)
        if answer.is_error:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
        found: dict[str, Any] = answer.json() if answer.content else {}
        return found

    # ── runs ─────────────────────────────────────────────────────────────────

    def experiment(self, name: str) -> str:
        return str(self.post("experiments/create", name=name)["experiment_id"])

    def run(
        self,
        experiment: str,
        *,
        start: int,
        name: str = "",
        tags: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        metrics: Mapping[str, Iterable[Point]] | None = None,
        end: int = 0,
        status: str = "FINISHED",
    ) -> str:
        """One run and all that it logs; with an `end` it is finished."""
        told = [{"key": key, "value": value} for key, value in (tags or {}).items()]
        body: dict[str, Any] = {"experiment_id": experiment, "start_time": start, "tags": told}
        made = self.post("runs/create", **body | ({"run_name": name} if name else {}))
        run = str(made["run"]["info"]["run_id"])
        self.params(run, params or {})
        for metric, points in (metrics or {}).items():
            self.points(run, metric, points)
        if end:
            self.finish(run, end, status)
        return run

    def params(self, run: str, params: Mapping[str, str]) -> None:
        told = [{"key": key, "value": value} for key, value in params.items()]
        for start in range(0, len(told), 100):
            self.post("runs/log-batch", run_id=run, params=told[start : start + 100])

    def points(self, run: str, metric: str, points: Iterable[Point]) -> None:
        told = [
            {"key": metric, "value": value, "timestamp": at, "step": step}
            for step, at, value in points
        ]
        for start in range(0, len(told), AT_ONCE):
            self.post("runs/log-batch", run_id=run, metrics=told[start : start + AT_ONCE])

    def tag(self, run: str, key: str, value: str) -> None:
        self.post("runs/set-tag", run_id=run, key=key, value=value)

    def finish(self, run: str, end: int, status: str = "FINISHED") -> None:
        self.post("runs/update", run_id=run, status=status, end_time=end)

    def file(self, run: str, path: str, content: bytes) -> None:
        """Through the server, which puts it where it keeps files."""
        told = self._sent("GET", "/api/2.0/mlflow/runs/get", params={"run_id": run})
        self.put(told["run"]["info"]["artifact_uri"], path, content)

    def put(self, folder: str, path: str, content: bytes) -> None:
        below = folder.removeprefix("mlflow-artifacts:/").strip("/")
        where = f"/api/2.0/mlflow-artifacts/artifacts/{below}/{path}"
        self._http.put(where, content=content).raise_for_status()

    # ── models ───────────────────────────────────────────────────────────────

    def logged_model(self, experiment: str, run: str, name: str) -> dict[str, Any]:
        """As MLflow 3 has it: apart from its run's files, and tied to the run."""
        made = self.post("logged-models", experiment_id=experiment, name=name, source_run_id=run)
        told: dict[str, Any] = made["model"]["info"]
        self.post("runs/outputs", run_id=run, models=[{"model_id": told["model_id"], "step": 0}])
        return told
