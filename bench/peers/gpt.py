"""The twin of bench/engine/gpt.ts in eager PyTorch: the same model, numbers, update and rollout.

As a worker it takes one JSON command a line on stdin and answers with one JSON line:
  {"do": "setup", "size": "s", "style": "gpt2", "threads": 2, "programs": ["update", "rollout"]}
  {"do": "update"} {"do": "rollout"} {"do": "idle"} {"do": "quit"}
"""

import json
import resource
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F

SIZES = {
    "xs": dict(layers=2, width=32, heads=2, batch=8),
    "s": dict(layers=4, width=128, heads=4, batch=128),
    "m": dict(layers=6, width=256, heads=8, batch=128),
    "l": dict(layers=12, width=512, heads=8, batch=32),
}
VOCABULARY, LENGTH, PROMPT = 32, 64, 16
ROLLOUT_PROMPT, ROLLOUT_NEW = 32, 32
MASK32 = np.uint64(0xFFFFFFFF)


def mix(value):
    """MurmurHash3's finisher on arrays of uint64 that hold 32 bits."""
    value = value.astype(np.uint64) & MASK32
    value = ((value ^ (value >> np.uint64(16))) * np.uint64(0x85EBCA6B)) & MASK32
    value = ((value ^ (value >> np.uint64(13))) * np.uint64(0xC2B2AE35)) & MASK32
    return value ^ (value >> np.uint64(16))


def uniforms(stream, length):
    start = mix(np.array([(stream + 0x9E3779B9) & 0xFFFFFFFF]))[0]
    counter = (np.arange(length, dtype=np.uint64) + start) & MASK32
    return (mix(counter) >> np.uint64(8)).astype(np.float64) / 2**24


def spread(stream, length, deviation, mean=0.0):
    half = float(np.float32(np.sqrt(3) * deviation))
    return (mean + (2 * uniforms(stream, length) - 1) * half).astype(np.float32)


def integers_below(stream, length, bound):
    return np.floor(uniforms(stream, length) * bound).astype(np.int64)


def parameter_table(size, style):
    layers, d = SIZES[size]["layers"], SIZES[size]["width"]

    def norm(name):
        rows = [(f"{name}.gain", (d,), "ones")]
        return rows + ([(f"{name}.bias", (d,), 0)] if style == "gpt2" else [])

    root = np.sqrt(d)
    table = [("tokens", (VOCABULARY, d), 0.05), ("positions", (LENGTH, d), 0.05)]
    for layer in range(layers):
        h = f"h{layer}"
        table += norm(f"{h}.norm1")
        table += [(f"{h}.qkv.w", (d, 3 * d), 0.5 / root), (f"{h}.qkv.b", (3 * d,), 0)]
        table += [(f"{h}.out.w", (d, d), 0.3 / root), (f"{h}.out.b", (d,), 0)]
        table += norm(f"{h}.norm2")
        table += [(f"{h}.up.w", (d, 4 * d), 0.5 / root), (f"{h}.up.b", (4 * d,), 0)]
        table += [(f"{h}.down.w", (4 * d, d), 0.2 / root), (f"{h}.down.b", (d,), 0)]
    return table + norm("norm")


class Gpt:
    def __init__(self, size, style, dtype=torch.float32):
        self.size, self.style = size, style
        self.width, self.heads = SIZES[size]["width"], SIZES[size]["heads"]
        self.layers, self.batch = SIZES[size]["layers"], SIZES[size]["batch"]
        self.p = {}
        for stream, (name, shape, start) in enumerate(parameter_table(size, style)):
            length = int(np.prod(shape))
            values = np.ones(length, np.float32) if start == "ones" else spread(stream, length, start)
            self.p[name] = torch.nn.Parameter(torch.tensor(values.reshape(shape), dtype=dtype))

    def norm(self, x, name):
        gain = self.p[f"{name}.gain"]
        if self.style == "gpt2":
            return F.layer_norm(x, (self.width,), gain, self.p[f"{name}.bias"])
        return F.rms_norm(x, (self.width,), gain, eps=1e-5)

    def linear(self, x, name):
        return F.linear(x, self.p[f"{name}.w"].t(), self.p[f"{name}.b"])

    def activation(self, x):
        return F.gelu(x, approximate="tanh") if self.style == "gpt2" else F.relu(x).square()

    def trunk(self, x, attend):
        for layer in range(self.layers):
            h = f"h{layer}"
            batch, length, _ = x.shape
            qkv = self.linear(self.norm(x, f"{h}.norm1"), f"{h}.qkv")
            q, k, v = (z.view(batch, length, self.heads, -1).transpose(1, 2) for z in qkv.split(self.width, -1))
            a = attend(q, k, v, layer).transpose(1, 2).reshape(batch, length, self.width)
            x = x + self.linear(a, f"{h}.out")
            x = x + self.linear(self.activation(self.linear(self.norm(x, f"{h}.norm2"), f"{h}.up")), f"{h}.down")
        return self.norm(x, "norm")

    def logits(self, tokens):
        x = self.p["tokens"][tokens] + self.p["positions"]
        x = self.trunk(x, lambda q, k, v, _: F.scaled_dot_product_attention(q, k, v, is_causal=True))
        return F.linear(x, self.p["tokens"]).view(-1, VOCABULARY)


class Update:
    """One update of all parameters, as bench/engine/gpt.ts takes it."""

    def __init__(self, model):
        self.model = model
        rows = model.batch * LENGTH
        dtype = model.p["tokens"].dtype
        self.tokens = torch.tensor(integers_below(1001, rows, VOCABULARY)).view(model.batch, LENGTH)
        self.targets = torch.tensor(integers_below(1002, rows, VOCABULARY))
        self.mask = (torch.arange(rows) % LENGTH >= PROMPT).to(dtype)
        self.advantage = torch.tensor(np.repeat(spread(1003, model.batch, 1), LENGTH)).to(dtype)
        self.old = torch.tensor(spread(1004, rows, 0.15, -3.5)).to(dtype)
        self.parameters = list(model.p.values())
        fused = dtype == torch.float32
        self.optimizer = torch.optim.AdamW(self.parameters, lr=3e-4, betas=(0.9, 0.95), eps=1e-8, weight_decay=0, fused=fused)

    def loss(self):
        mask, total = self.mask, self.mask.sum()
        log_p = F.log_softmax(self.model.logits(self.tokens), -1)
        log_prob = log_p.gather(1, self.targets[:, None])[:, 0]
        entropy = -(log_p.exp() * log_p).sum(-1)

        def mean(x):
            return (x * mask).sum() / total

        with torch.no_grad():
            covariance = (log_prob - mean(log_prob)) * (self.advantage - mean(self.advantage)) * mask
            count = int(0.02 * covariance.numel() + 0.5)
            open_ = torch.where(mask > 0, covariance, torch.full_like(covariance, -torch.inf))
            kept = mask.clone()
            kept[torch.topk(open_, count).indices] = 0
        ratio = torch.exp(log_prob - self.old)
        surrogate = torch.minimum(ratio * self.advantage, ratio.clamp(0.8, 1.2) * self.advantage)
        H = mean(entropy)
        return -(surrogate * kept).sum() / total - 0.01 * H, H, mean(covariance)

    def step(self, keep_gradients=False):
        self.optimizer.zero_grad(set_to_none=True)
        loss, entropy, covariance = self.loss()
        loss.backward()
        gradients = {n: p.grad.detach().clone() for n, p in self.model.p.items()} if keep_gradients else None
        norm = torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimizer.step()
        numbers = dict(loss=loss.item(), norm=norm.item(), entropy=entropy.item(), covariance=covariance.item())
        return (numbers, gradients) if keep_gradients else numbers


class Rollout:
    """Draws ROLLOUT_NEW tokens for each prompt with a cache of keys and values."""

    def __init__(self, model):
        self.model = model
        batch, size = model.batch, model.width // model.heads
        self.prompts = torch.tensor(integers_below(1005, batch * ROLLOUT_PROMPT, VOCABULARY)).view(batch, -1)
        u = uniforms(1006, ROLLOUT_NEW * batch * VOCABULARY)
        noise = (-np.log(-np.log(u * 0.999998 + 1e-6))).astype(np.float32)
        self.noise = torch.tensor(noise).view(ROLLOUT_NEW, batch, VOCABULARY)
        self.keys = torch.zeros(model.layers, batch, model.heads, LENGTH, size)
        self.values = torch.zeros_like(self.keys)

    def forward(self, tokens, start):
        length = tokens.shape[1]

        def attend(q, k, v, layer):
            self.keys[layer, :, :, start : start + length] = k
            self.values[layer, :, :, start : start + length] = v
            keys, values = (c[layer, :, :, : start + length] for c in (self.keys, self.values))
            return F.scaled_dot_product_attention(q, keys, values, is_causal=length > 1)

        x = self.model.p["tokens"][tokens] + self.model.p["positions"][start : start + length]
        return F.linear(self.model.trunk(x, attend)[:, -1], self.model.p["tokens"])

    @torch.inference_mode()
    def run(self):
        self.forward(self.prompts[:, :-1], 0)
        tokens, drawn, log_probs = self.prompts[:, -1], [], []
        for step in range(ROLLOUT_NEW):
            logits = self.forward(tokens[:, None], ROLLOUT_PROMPT - 1 + step)
            tokens = (logits + self.noise[step]).argmax(-1)
            drawn.append(tokens)
            log_probs.append(F.log_softmax(logits, -1).gather(1, tokens[:, None])[:, 0])
        return torch.stack(drawn), torch.stack(log_probs)


def megabytes(which):
    if which == "peak":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize() / 2**20


def main():
    update = rollout = None
    before = 0.0
    for line in sys.stdin:
        command = json.loads(line)
        answer = {}
        if command["do"] == "quit":
            break
        if command["do"] == "setup":
            torch.set_num_threads(command["threads"])
            before = megabytes("now")
            model = Gpt(command["size"], command["style"])
            update = Update(model) if "update" in command["programs"] else None
            rollout = Rollout(model) if "rollout" in command["programs"] else None
            answer = dict(torch=torch.__version__)
        elif command["do"] == "idle":
            answer = dict(cpu_ms=time.process_time() * 1e3)
        elif command["do"] == "update":
            started = time.perf_counter()
            answer = update.step()
            answer["ms"] = (time.perf_counter() - started) * 1e3
        elif command["do"] == "rollout":
            started = time.perf_counter()
            tokens, log_probs = rollout.run()
            answer = dict(ms=(time.perf_counter() - started) * 1e3)
            answer.update(tokens=tokens.flatten().tolist() if command.get("tokens") else [], log_prob=float(log_probs.mean()))
        answer["grown_mb"] = megabytes("peak") - before
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
