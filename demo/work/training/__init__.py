"""Makes the sample again: real training, then the three stored forms.

Needs scikit-learn, matplotlib and safetensors (lock/sample.txt). Nothing that
`make run` uses imports from this package.
"""
