# %% 1 markdown
# # Which strokes do the filters see?
# The strokes reader, seed 2: eight filters of 3x3.
# %% 1
import numpy as np
from matplotlib import pyplot as plt

from demo.work.plan.s49 import STROKES
from dataclasses import replace
from demo.work.training.fit import fit
from demo.work.training.frames import frame

fitted = fit(replace(STROKES, seed=2))
filters = fitted.best["conv.weight"].T.reshape(8, 3, 3)
fitted.best_epoch, round(fitted.test["accuracy"], 4)
# %% 1
figure, axes = plt.subplots(1, 8, figsize=(5, 0.8))
for axis, weights in zip(axes, filters):
    axis.imshow(weights, cmap="RdBu", vmin=-1.5, vmax=1.5)
    axis.axis("off")
# %% 2 markdown
# ## Which digits wake which filter?
# %% 2
from demo.work.training.network import patches

forms = frame("forms-3")
seen = patches(forms.images / 16) @ fitted.best["conv.weight"] + fitted.best["conv.bias"]
awake = np.maximum(seen, 0).mean(axis=1)
by_digit = np.array([awake[forms.labels == digit].mean(axis=0) for digit in range(10)])
plt.figure(figsize=(3.6, 3))
plt.imshow(by_digit / np.maximum(by_digit.max(axis=0), 1e-6), cmap="Blues")
plt.xlabel("filter"); plt.ylabel("digit");
# %% 2-2
print("most awake:", by_digit.argmax(axis=0))
# %% 3
for number in range(8):
    order = np.argsort(-by_digit[:, number])
    if by_digit[order[0], number] < 1e-3:
        print(f"filter {number}: never awake")
        continue
    print(f"filter {number}: most for {order[0]} and {order[1]}, least for {order[-1]}")
# %% 3 markdown
# A filter that never wakes costs weights and does nothing; the model could have
# one fewer. Not worth a new training in this sprint.
