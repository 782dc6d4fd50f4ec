"""Sprint 47: the optimiser, and the first whole amounts."""

from dataclasses import replace

from demo.work.people import ADA, JUN, KIT, LEA, MARA, TOR
from demo.work.plan.s46 import SHIFT
from demo.work.training.settings import Optimiser
from demo.work.words import Chapter, Hypothesis, Said, Sprint, Task, Trial, Worked

MOMENTUM = replace(SHIFT, optimiser=Optimiser("momentum", 0.05, 0.9))
NESTEROV = replace(SHIFT, optimiser=Optimiser("momentum", 0.05, 0.9, nesterov=True))
ADAM = replace(SHIFT, optimiser=Optimiser("adam", 0.002))
WILD = replace(SHIFT, optimiser=Optimiser("sgd", 0.5, weight_decay=4.1))
AMOUNTS = replace(MOMENTUM, boxes=5)

OPTIMISER = Task(
    "DOC-2655",
    "Pick an optimiser",
    JUN,
    5,
    text="Forty epochs are enough if the steps are right. Momentum, Nesterov, Adam, one wild rate.",
    epic="DOC-2601",
    component="training",
    version="0.2",
    moves=(("1 07:30", "In Progress"), ("9 06:00", "In Review"), ("10 08:00", "Done")),
    said=(
        Said("3 06:30", JUN, "Momentum alone takes us from 0.82 to 0.96."),
        Said("4 07:10", LEA, "Good. Do not tune Adam for a week now."),
        Said(
            "8 02:20", JUN, "The wild rate blew up: loss infinite after one epoch, NaN after three."
        ),
    ),
    worked=(
        Worked("2 08:00", JUN, 6.5),
        Worked("3 08:00", JUN, 6),
        Worked("8 08:00", JUN, 4, "runs and write-up"),
    ),
    hypotheses=(
        Hypothesis(
            "DOC-2656",
            "Momentum 0.9 lifts valid accuracy above 0.95",
            "valid/accuracy",
            0.95,
            MOMENTUM,
            (
                Trial("3 01:00", 1, ("sprint 47", "DOC-2656", "best")),
                Trial("3 01:40", 2, ("sprint 47", "DOC-2656")),
                Trial("3 02:20", 3, ("sprint 47", "DOC-2656")),
            ),
            JUN,
            "1 07:35",
            "3 06:25",
            baseline="DOC-2642",
            by_type=True,
            note="From now on the default.",
            name="momentum",
        ),
        Hypothesis(
            "DOC-2657",
            "Adam at rate 0.002 is better than momentum: valid accuracy above 0.957",
            "valid/accuracy",
            0.957,
            ADAM,
            (
                Trial("4 01:00", 1, ("sprint 47", "DOC-2657")),
                Trial("4 01:40", 2, ("sprint 47", "DOC-2657")),
            ),
            JUN,
            "1 07:40",
            "4 07:00",
            baseline="DOC-2656",
            by_type=True,
            name="adam",
        ),
        Hypothesis(
            "DOC-2658",
            "Nesterov's step lifts valid accuracy above 0.96",
            "valid/accuracy",
            0.96,
            NESTEROV,
            (
                Trial("4 03:00", 1, ("Sprint-47", "DOC-2658")),
                Trial("4 03:40", 2, ("Sprint-47", "DOC-2658")),
                Trial("4 04:20", 3, ("Sprint-47", "DOC-2658")),
            ),
            JUN,
            "3 06:40",
            "4 07:05",
            baseline="DOC-2656",
            by_type=True,
            note="One seed lands exactly on 0.96, which is not above it.",
            name="nesterov",
        ),
        Hypothesis(
            "DOC-2659",
            "Ten times the rate, held by weight decay 4.1, still trains: valid accuracy above 0.50",
            "valid/accuracy",
            0.50,
            WILD,
            (Trial("8 01:30", 1, ("sprint 47", "DOC-2659"), ending="failed"),),
            JUN,
            "5 06:00",
            "8 02:15",
            baseline="DOC-2656",
            by_type=True,
            note="Somebody had to.",
            name="wild_rate",
        ),
    ),
)

AMOUNT = Task(
    "DOC-2668",
    "Read whole amounts of five boxes",
    ADA,
    5,
    text=(
        "A form's amount is five boxes. It is right only when all five digits are. "
        "Belongs to the amounts team's project once it works."
    ),
    epic="DOC-2601",
    component="training",
    moves=(("2 08:00", "In Progress"), ("11 09:00", "In Review"), ("48/2 09:00", "Done")),
    carried=(48,),
    moved_to="OCR-7",
    moved_when="48/1 09:30",
    said=(
        Said("9 13:30", ADA, "0.97 a digit makes about 0.85 an amount. The maths is against us."),
        Said("48/1 09:35", LEA, "Moved to OCR. The runs keep their old tags, that is fine."),
    ),
    worked=(Worked("3 15:00", ADA, 5), Worked("9 14:00", ADA, 5.5)),
    hypotheses=(
        Hypothesis(
            "DOC-2669",
            "Amounts of five boxes are read whole in more than 75 of 100 cases",
            "valid/amount_accuracy",
            0.75,
            AMOUNTS,
            (
                Trial("9 09:00", 1, ("sprint 47", "DOC-2668")),
                Trial("9 09:45", 2, ("sprint 47", "DOC-2669")),
            ),
            ADA,
            "2 08:05",
            "11 09:00",
            baseline="DOC-2656",
            note="Counted on five neighbouring rows at a time.",
            name="amounts",
        ),
    ),
)

LATENCY = Task(
    "DOC-2662",
    "Measure the reader inside the service",
    TOR,
    3,
    type="Task",
    epic="DOC-2603",
    component="serving",
    text="One box at a time, and 64 at a time; the service's own machine.",
    blocks=("DOC-2687",),
    moves=(("3 09:00", "In Progress"), ("9 12:00", "Done")),
    said=(
        Said("9 11:55", TOR, "Reading the checkpoint dominates. Load once, then it is nothing."),
        Said("9 12:30", MARA, "Then width is not our problem. Good to know before sprint 48."),
    ),
    worked=(Worked("8 14:00", TOR, 6), Worked("9 12:00", TOR, 3)),
)

PAGES = Task(
    "DOC-2664",
    "Label 200 fresh boxes from the March forms",
    KIT,
    3,
    type="Task",
    epic="DOC-2602",
    component="data",
    text="As a check that nobody has trained on. Waits for the forms from the archive.",
    carried=(48, 49),
    moves=(("48/3 10:00", "In Progress"), ("48/8 09:00", "Blocked")),
    said=(
        Said("48/8 09:05", KIT, "The archive has not sent the forms. Asked twice."),
        Said("49/2 08:40", KIT, "Still nothing. I am away from Thursday; Ada has the thread."),
    ),
    worked=(Worked("48/4 12:00", KIT, 2, "labelling guide"),),
    due="2026-11-20",
)

CHAPTER = Chapter(
    Sprint(47, "Reach 0.95 on moved crops within forty epochs."),
    (OPTIMISER, AMOUNT, LATENCY, PAGES),
    strays=(Trial("10 03:00", 7, ("DOC-9656", "s47"), by=JUN, settings=MOMENTUM, name="momentum"),),
)
