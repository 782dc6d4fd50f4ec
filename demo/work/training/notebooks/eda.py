# %% 1 markdown
# # Scanned digits: a first look
# What is in the bundle, how many of each, and does the order matter?
# %% 1
import numpy as np
from matplotlib import pyplot as plt

from demo.work.training.frames import frame

forms = frame("forms-1")
forms.images.shape, forms.images.min(), forms.images.max()
# %% 1
counts = np.bincount(forms.labels)
print("digits:", len(forms.labels))
print("fewest and most of a class:", counts.min(), counts.max())
# %% 1-2
plt.figure(figsize=(4, 2.2))
plt.bar(range(10), counts)
plt.xlabel("digit");
# %% 2 markdown
# ## Twenty of them
# %% 2
figure, axes = plt.subplots(2, 10, figsize=(6, 1.5))
for at, axis in enumerate(axes.flat):
    axis.imshow(forms.images[at], cmap="gray_r")
    axis.axis("off")
# %% 2
mean = np.array([forms.images[forms.labels == digit].mean() for digit in range(10)])
print("ink per digit:", " ".join(f"{value:.2f}" for value in mean))
# %% 3 markdown
# ## Does the order of the rows matter?
# If neighbours look alike, they come from the same hand, and a shuffled split
# puts a hand into training and validation.
# %% 3
def likeness(step):
    alike = []
    for digit in range(10):
        own = forms.images[forms.labels == digit].reshape(-1, 64)
        own = own - own.mean(axis=0)
        own /= np.linalg.norm(own, axis=1, keepdims=True)
        alike.append((own[step:] * own[:-step]).sum(axis=1).mean())
    return float(np.mean(alike))

for step in (1, 3, 10, 30, 90):
    print(f"{step:3} apart: {likeness(step):+.3f}")
# %% 3
{split: len(forms.rows(split)) for split in ("train", "valid", "test")}
