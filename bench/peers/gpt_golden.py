"""Makes test/golden/gpt-update/SIZE-STYLE.json: five updates of bench/peers/gpt.py, to compare the engine with.

    python bench/peers/gpt_golden.py s gpt2 > test/golden/gpt-update/s-gpt2.json

Losses and norms are of every update, gradients of the first and the last. A gradient g is kept as its norm and as
PROJECTIONS products with random signs, because all gradients are tens of megabytes. For a difference d and signs s drawn
apart from it the mean of (s·d)² is |d|², so the mean over 16 is |d|² times a χ² of 16 degrees over 16: below a quarter, that
is, |d| more than twice as large as seen, once in 900 times for one parameter, and far rarer for the sum over all of them.
"""

import json
import sys

import numpy as np
import torch

from gpt import Gpt, Update, uniforms

UPDATES, PROJECTIONS, FIRST_STREAM = 5, 16, 2000


def without_key_bias(name, gradient):
    """Softmax does not see what is added to all keys: that gradient is zero, and what is there is rounding."""
    if name.endswith("qkv.b"):
        width = gradient.shape[0] // 3
        gradient = gradient.clone()
        gradient[width : 2 * width] = 0
    return gradient


def summary(gradients):
    longest = max(g.numel() for g in gradients.values())
    signs = [np.where(uniforms(FIRST_STREAM + k, longest) < 0.5, -1.0, 1.0) for k in range(PROJECTIONS)]
    rows = {}
    for name, gradient in gradients.items():
        flat = without_key_bias(name, gradient).flatten().double().numpy()
        rows[name] = dict(
            norm=float(f"{np.linalg.norm(flat):.9g}"),
            projections=[float(f"{float(flat @ s[: flat.size]):.9g}") for s in signs],
        )
    return rows


def main():
    size, style = sys.argv[1], sys.argv[2]
    torch.set_num_threads(2)
    update = Update(Gpt(size, style))
    steps = []
    for k in range(UPDATES):
        numbers, gradients = update.step(keep_gradients=True)
        steps.append(dict(numbers, gradients=summary(gradients)) if k in (0, UPDATES - 1) else numbers)
    json.dump(
        dict(
            provenance=f"torch {torch.__version__.split('+')[0]}, python bench/peers/gpt_golden.py {size} {style}",
            projections=PROJECTIONS,
            first_stream=FIRST_STREAM,
            steps=steps,
        ),
        sys.stdout,
        indent=1,
    )
    print()


if __name__ == "__main__":
    main()
