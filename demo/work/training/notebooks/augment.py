# %% 1 markdown
# # What the augmentations do to a digit
# %% 1
import numpy as np
from matplotlib import pyplot as plt

from demo.work.training.augment import rotate, shift
from demo.work.training.frames import frame

forms = frame("forms-2")
some = forms.images[:8]
random = np.random.default_rng(46)
# %% 1
def show(rows):
    figure, axes = plt.subplots(len(rows), 8, figsize=(5, 0.65 * len(rows)))
    for line, images in zip(axes, rows):
        for axis, image in zip(line, images):
            axis.imshow(image, cmap="gray_r", vmin=0, vmax=16)
            axis.axis("off")

show([some, shift(some, 1, random)])
# %% 2 markdown
# ## And turned by up to 10 degrees
# %% 2
show([some, rotate(some, 10, random)])
# %% 2
turned = rotate(forms.images, 10, np.random.default_rng(0))
lost = 1 - turned.max(axis=(1, 2)).mean() / forms.images.max(axis=(1, 2)).mean()
print(f"darkest pixel fades by {lost:.1%} on average")
