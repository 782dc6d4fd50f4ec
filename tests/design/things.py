"""What the gallery's tables and lists hold."""

from types import SimpleNamespace

RUNS = [
    SimpleNamespace(
        name=name, task=task, state=state, f1=f1, loss=loss, delta=delta, backbone=backbone, lr=lr
    )
    for name, task, state, f1, loss, delta, backbone, lr in [
        (
            "hypothesis_test",
            "DOC-2698",
            "finished",
            0.93124567,
            0.1121,
            0.0472,
            "efficientnet_b0",
            "3e-4",
        ),
        ("size_768", "DOC-2704", "running", 0.918, 0.131, 0.034, "efficientnet_b0", "3e-4"),
        ("mixup", "DOC-2701", "failed", None, None, None, "resnet34", "1e-3"),
        (
            "a run with a rather long name that somebody typed",
            "DOC-2701",
            "finished",
            0.879,
            1204.5,
            -0.005,
            "resnet34",
            "1e-3",
        ),
    ]
]
DIFF = [
    SimpleNamespace(kind="skipped", text="12 equal lines", before=None, after=None),
    SimpleNamespace(kind="same", text="loss = criterion(logits, labels)", before=13, after=13),
    SimpleNamespace(kind="removed", text="optimiser.step()", before=14, after=None),
    SimpleNamespace(
        kind="added", text="scaler.step(optimiser)  # " + "long " * 30, before=None, after=14
    ),
]
PAIRS = [
    SimpleNamespace(
        label="Run", value="DOC-117", url="/runs/117/", copy="DOC-117", grade="", missing=""
    ),
    SimpleNamespace(
        label="Commit", value="", url="", copy="", grade="", missing="not in the archive"
    ),
    SimpleNamespace(
        label="Checkpoint",
        value="model/checkpoint.safetensors",
        url="",
        copy="",
        grade="verified",
        missing="",
    ),
]
CHECKS = [
    SimpleNamespace(title="Checkpoint stored", note="18.2 MB", grade="verified", passed=True),
    SimpleNamespace(title="Commit is clean", note="diff attached", grade="imported", passed=False),
]
