"""Sprint 48: small enough for the service."""

from dataclasses import replace

from demo.work.people import ADA, JUN, LEA, MARA, TOR
from demo.work.plan.s47 import MOMENTUM
from demo.work.training.settings import Model
from demo.work.words import Chapter, Hypothesis, Said, Sprint, Task, Trial, Worked

NARROW = replace(MOMENTUM, model=Model((32,)))
WIDE = replace(MOMENTUM, model=Model((128,)))
WIDE_DROPOUT = replace(MOMENTUM, model=Model((128,), dropout=0.2))

WIDTH = Task(
    "DOC-2680",
    "Find the width that the service needs",
    MARA,
    5,
    text="Halve it, double it, and see what accuracy each costs. The service can carry 128 units.",
    epic="DOC-2601",
    component="training",
    version="0.3",
    moves=(("1 08:00", "In Progress"), ("9 13:00", "In Review"), ("11 10:00", "Done")),
    said=(
        Said("4 13:00", MARA, "32 units are out: nearly four points lost."),
        Said("9 13:05", MARA, "128 it is. Dropout changes nothing we could measure."),
        Said("10 08:00", TOR, "128 is fine for the service, it is 40 kB."),
    ),
    worked=(Worked("3 15:00", MARA, 6), Worked("5 15:00", MARA, 6), Worked("9 14:00", MARA, 5)),
    hypotheses=(
        Hypothesis(
            "DOC-2681",
            "32 units keep valid accuracy above 0.95",
            "valid/accuracy",
            0.95,
            NARROW,
            (
                Trial("4 09:00", 1, ("sprint 48", "DOC-2681")),
                Trial("4 09:35", 2, ("sprint 48", "DOC-2681")),
            ),
            MARA,
            "1 08:05",
            "4 12:50",
            baseline="DOC-2656",
            name="width_32",
        ),
        Hypothesis(
            "DOC-2683",
            "128 units lift valid f1 above 0.96",
            "valid/f1",
            0.96,
            WIDE,
            (
                Trial("8 08:20", 1, ("sprint 48", "DOC-2683", "best")),
                Trial("8 09:00", 2, ("sprint 48", "DOC-2683")),
                Trial("8 09:40", 3, ("sprint 48", "DOC-2683")),
            ),
            MARA,
            "1 08:10",
            "8 13:20",
            baseline="DOC-2656",
            note="Registered as version 2 of the reader.",
            name="width_128",
        ),
        Hypothesis(
            "DOC-2684",
            "Dropout 0.2 behind 128 units lifts valid f1 above 0.965",
            "valid/f1",
            0.965,
            WIDE_DROPOUT,
            (
                Trial("9 08:00", 1, ("sprint_48", "doc-2684")),
                Trial("9 08:40", 2, ("sprint_48", "doc-2684")),
                Trial("9 09:20", 3, ("sprint_48", "doc-2684")),
            ),
            MARA,
            "8 13:30",
            "9 12:50",
            baseline="DOC-2683",
            name="width_128_dropout",
        ),
    ),
)

SCRIPT = Task(
    "DOC-2687",
    "Inference script without a training library",
    TOR,
    3,
    type="Task",
    epic="DOC-2603",
    component="serving",
    version="0.3",
    text=(
        "numpy only; reads the safetensors file itself. With it a probe of 16 rows and the answers "
        "we expect, so that anyone can see in a second that nothing changed."
    ),
    moves=(("2 09:00", "In Progress"), ("8 13:00", "In Review"), ("9 09:00", "Done")),
    said=(
        Said("8 12:55", TOR, "Attached to every run of the wide reader, with probe and answers."),
        Said("9 08:55", JUN, "Ran it on seed 1: answers equal to the last digit I print."),
    ),
    worked=(Worked("4 14:00", TOR, 5), Worked("8 12:00", TOR, 5.5)),
)

REVIEW = Task(
    "DOC-2689",
    "Write down what we know about the limits of the reader",
    LEA,
    2,
    type="Task",
    epic="DOC-2603",
    component="serving",
    text="For the hand-off: what it was trained on, what it cannot read, who decides.",
    created="5 09:00",
    added="5 09:05",
    carried=(49,),
    moves=(("11 09:00", "In Progress"), ("49/4 13:00", "In Review"), ("49/8 12:10", "Done")),
    said=(
        Said("49/4 13:05", LEA, "Two pages. Ada, please check the part on the split."),
        Said("49/8 11:50", ADA, "Checked, one sentence added about the easy blocks."),
    ),
    worked=(Worked("11 14:00", LEA, 2), Worked("49/4 12:00", LEA, 3)),
)

CHAPTER = Chapter(
    Sprint(48, "Small enough for the service, and no worse."),
    (WIDTH, SCRIPT, REVIEW),
    strays=(
        Trial("10 13:30", 8, ("width", "try again"), by=MARA, settings=WIDE, name="width_128"),
        Trial(
            "11 01:10",
            9,
            ("s48", "DOC-2684"),
            by=JUN,
            settings=WIDE_DROPOUT,
            name="width_128_dropout",
            ending="stopped",
            stop_at=17,
        ),
    ),
)
