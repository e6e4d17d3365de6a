"""Makes test/golden/op/operations.json: operations and their gradients as PyTorch computes them in float64.

    python bench/peers/ops_golden.py > test/golden/op/operations.json

A case has inputs, the value, and the gradient of sum(value * weights) with respect to each float input. Inputs are
rounded to float32 first, so that both sides begin with the same numbers.
"""

import json
import sys

import numpy as np
import torch
import torch.nn.functional as F

rng = np.random.default_rng(20)
cases = []


def normal(*shape):
    return rng.standard_normal(shape).astype(np.float32).astype(np.float64)


def listed(tensor):
    array = np.asarray(tensor.detach() if torch.is_tensor(tensor) else tensor)
    digits = [int(x) if array.dtype.kind == "i" else float(f"{x:.9g}") for x in array.flatten()]
    return dict(shape=list(array.shape), data=digits)


def case(name, inputs, function, **options):
    tensors = [torch.tensor(x, requires_grad=x.dtype.kind == "f") for x in inputs]
    value = function(*tensors)
    weights = normal(*value.shape)
    (value * torch.tensor(weights)).sum().backward()
    gradients = [listed(t.grad) for t in tensors if t.requires_grad]
    cases.append(
        dict(name=name, options=options, inputs=[listed(x) for x in inputs], value=listed(value), weights=listed(weights), gradients=gradients)
    )


def attention(batch, length, heads, key_heads, mask=None):
    def run(qkv):
        size = qkv.shape[1] // (heads + 2 * key_heads)
        q, k, v = (
            z.reshape(batch, length, -1, size).transpose(1, 2)
            for z in qkv.split([heads * size, key_heads * size, key_heads * size], 1)
        )
        causal = torch.ones(length, length, dtype=torch.bool).tril()
        allowed = causal if mask is None else causal & torch.tensor(mask)
        out = F.scaled_dot_product_attention(q, k, v, attn_mask=allowed, enable_gqa=heads != key_heads)
        return out.transpose(1, 2).reshape(batch * length, -1)

    return run


def statistics(temperature):
    """[3, N]: log-probability at the temperature, entropy, polarity (detached)."""

    def run(logits, tokens):
        log_p = F.log_softmax(logits, -1)
        p = log_p.exp()
        entropy = torch.distributions.Categorical(logits=logits).entropy()
        at = torch.distributions.Categorical(logits=logits / temperature).log_prob(tokens)
        with torch.no_grad():
            own = log_p.gather(1, tokens[:, None])[:, 0]
            terms = p.square() * (log_p + entropy[:, None])
            polarity = terms.sum(-1) - own.exp() * (own + entropy)
        return torch.stack([at, entropy, polarity])

    return run


def optimizers():
    """Five steps each, gradients given, clipped together to a norm of 1."""
    starts = [normal(3, 2), normal(4)]
    gradients = [[normal(3, 2) * s, normal(4) * s] for s in (1, 0.1, 3, 1e-3, 1)]
    settings = dict(
        adamW=lambda p: torch.optim.AdamW(p, lr=1e-2, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.1),
        sgd=lambda p: torch.optim.SGD(p, lr=1e-2),
        momentum=lambda p: torch.optim.SGD(p, lr=1e-2, momentum=0.9),
    )
    results = {}
    for name, make in settings.items():
        parameters = [torch.nn.Parameter(torch.tensor(x)) for x in starts]
        optimizer = make(parameters)
        norms = []
        for step in gradients:
            for parameter, gradient in zip(parameters, step):
                parameter.grad = torch.tensor(gradient)
            norms.append(float(torch.nn.utils.clip_grad_norm_(parameters, 1.0)))
            optimizer.step()
        results[name] = dict(norms=norms, parameters=[listed(p) for p in parameters])
    return dict(starts=[listed(x) for x in starts], gradients=[[listed(g) for g in s] for s in gradients], results=results)


case("linear", [normal(4, 3), normal(3, 5), normal(5)], lambda x, w, b: F.linear(x, w.t(), b))
case("embedding", [normal(5, 3), np.array([0, 4, 4, 1])], lambda table, tokens: F.embedding(tokens, table))
case("layerNorm", [normal(4, 6), normal(6), normal(6)], lambda x, g, b: F.layer_norm(x, (6,), g, b))
case("rmsNorm", [normal(4, 6), normal(6)], lambda x, g: F.rms_norm(x, (6,), g, eps=1e-5))
wide = normal(3, 4) * 3
case("gelu", [wide], lambda x: F.gelu(x, approximate="tanh"))
case("geluExact", [wide], F.gelu)
case("silu", [wide], F.silu)
case("reluSquared", [wide], lambda x: F.relu(x).square())
case("causalAttention", [normal(10, 24)], attention(2, 5, 2, 2), batch=2, length=5, heads=2)
case("causalAttention", [normal(10, 24)], attention(2, 5, 4, 1), batch=2, length=5, heads=4, keyHeads=1)
segments = np.array([[1, 1, 2, 2, 2], [3, 3, 3, 3, 3]])
same = (segments[:, None, :, None] == segments[:, None, None, :])
case("causalAttention", [normal(10, 32)], attention(2, 5, 4, 2, same), batch=2, length=5, heads=4, keyHeads=2, segments=listed(segments))
for temperature in (1, 0.6):
    case("tokenStatistics", [normal(4, 7) * 2, np.array([0, 6, 3, 3])], statistics(temperature), temperature=temperature)

golden = dict(
    provenance=f"torch {torch.__version__.split('+')[0]}, float64, python bench/peers/ops_golden.py",
    cases=cases,
    optimizers=optimizers(),
)
json.dump(golden, sys.stdout)
print()
