"""A real MLflow server in an environment of its own (`make mlflow`)."""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import httpx

type Line = Literal["3", "2"]

TOOLS = Path(__file__).resolve().parent.parent.parent / ".tools"
ENVIRONMENTS: dict[Line, Path] = {"3": TOOLS / "mlflow", "2": TOOLS / "mlflow2"}
PATIENCE = 180.0  # seconds; the very first start compiles what it imports
LAST_WORDS = 2_000
# On Linux the kernel then ends the server when this process is killed (PR_SET_PDEATHSIG).
LAUNCHER = """
import ctypes, os, sys
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, 9)
os.execv(sys.executable, [sys.executable, "-m", *sys.argv[1:]])
"""


WISH = "LABLEDGER_DEMO_MLFLOW"  # `make run` sets it where there is one


def wished() -> bool:
    return bool(os.environ.get(WISH)) and installed()


def installed(line: Line = "3") -> bool:
    return (ENVIRONMENTS[line] / ".made").is_file()


class Server:
    """One process on loopback, its database and files in `folder`; stopped by its
    own id."""

    def __init__(self, folder: Path, *, line: Line = "3", port: int = 0) -> None:
        self.folder, self.line = folder, line
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = folder / "server.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        """Begins; `wait` says when it answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [str(ENVIRONMENTS[self.line] / "bin/python"), "-c", LAUNCHER, *self._command()],
                cwd=self.folder,
                env=os.environ | self._settings(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        return self

    def _command(self) -> list[str]:
        if self.line == "2":
            return ["waitress", f"--listen=127.0.0.1:{self.port}", "mlflow.server:app"]
        where = ["--host", "127.0.0.1", "--port", str(self.port), "--log-level", "error"]
        return ["uvicorn", "mlflow.server.fastapi_app:app", *where]

    def _settings(self) -> dict[str, str]:
        """What `mlflow server` itself hands to the application that it starts."""
        return {
            "_MLFLOW_SERVER_FILE_STORE": f"sqlite:///{self.folder / 'mlflow.db'}",
            "_MLFLOW_SERVER_REGISTRY_STORE": f"sqlite:///{self.folder / 'mlflow.db'}",
            "_MLFLOW_SERVER_ARTIFACT_ROOT": "mlflow-artifacts:/",
            "_MLFLOW_SERVER_ARTIFACT_DESTINATION": str(self.folder / "files"),
            "_MLFLOW_SERVER_SERVE_ARTIFACTS": "true",
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        }

    def wait(self) -> Self:
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            if time.monotonic() > deadline or self._process is None or self._process.poll():
                words = self._log.read_text(errors="replace")[-LAST_WORDS:]
                raise RuntimeError(f"The MLflow server did not start:\n{words}")
            time.sleep(0.1)
        return self

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/health", timeout=2.0).status_code == 200
        except httpx.HTTPError:
            return False

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def __enter__(self) -> Self:
        return self.start().wait()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return int(line.getsockname()[1])
