"""A training step of the lab hand-written in eager PyTorch: rollout, rewards, GRPO updates, statistics and logs.

The default experiment alone: countdown, GRPO, PPO's clip with a token mean, no intervention. As a worker it takes one
JSON command a line on stdin and answers with one JSON line; `config` is an ExperimentConfig (src/config).
  {"do": "setup", "config": {...}, "heads": 4, "longest": 20, "weights": "FILE.safetensors", "out": "DIR", "threads": 2}
  {"do": "look"} {"do": "score", "sequences": [[[prompt tokens], [response tokens]], ...]}
  {"do": "step", "tokens": true} {"do": "idle"} {"do": "quit"}
"""

import json
import os
import random
import sys
import time

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch
import torch.nn.functional as F
from safetensors.torch import load_file

from countdown import END, Countdown

EPSILON = 1e-5
ROTARY_BASE = 10_000
LOG_RATIO_LIMIT = 20
DEVIATION_GUARD = 1e-6
PROBLEMS = 4096


class Policy:
    """The decoder of src/train/policy: RMSNorm before each half, packed qkv, ReLU², tied head, no biases."""

    def __init__(self, tensors, heads):
        self.heads, self.width = heads, tensors["tokens.weight"].shape[1]
        self.layers = sum(name.endswith("attention.qkv") for name in tensors)
        # Products are stored [in, out]; F.linear reads [out, in] as it lies.
        is_product = lambda name: name.endswith((".qkv", ".out", ".up", ".down"))
        self.p = {
            name: torch.nn.Parameter(value.t().contiguous() if is_product(name) else value.contiguous())
            for name, value in tensors.items()
        }
        self.rotary = "positions.weight" not in tensors
        half = self.width // heads // 2
        self.frequency = ROTARY_BASE ** (-torch.arange(half) / half)
        self.blocks = [
            [self.p[f"blocks.{layer}.{name}"] for name in (
                "attention_norm.gain", "attention.qkv", "attention.out",
                "feed_forward_norm.gain", "feed_forward.up", "feed_forward.down",
            )]
            for layer in range(self.layers)
        ]  # fmt: skip

    def hidden(self, tokens, positions, attend):
        """Token numbers [B, L] to hidden states [B, L, D]; positions broadcast over tokens."""
        x = F.embedding(tokens, self.p["tokens.weight"])
        turn = None
        if self.rotary:
            angle = positions[..., None] * self.frequency
            turn = angle.cos().unsqueeze(-3), angle.sin().unsqueeze(-3)  # [.., 1, L, E/2]
        else:
            x = x + F.embedding(positions, self.p["positions.weight"])
        batch, length, width = x.shape
        for layer, (gain1, w_qkv, w_out, gain2, w_up, w_down) in enumerate(self.blocks):
            qkv = F.linear(F.rms_norm(x, (width,), gain1, EPSILON), w_qkv)
            q, k, v = qkv.view(batch, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
            if turn is not None:
                q, k = rotate(q, *turn), rotate(k, *turn)
            a = attend(q, k, v, layer).transpose(1, 2).reshape(batch, length, width)
            x = x + F.linear(a, w_out)
            up = F.linear(F.rms_norm(x, (width,), gain2, EPSILON), w_up)
            x = x + F.linear(F.relu(up, inplace=True).square(), w_down)
        return F.rms_norm(x, (width,), self.p["norm.gain"], EPSILON)

    def head(self, hidden):
        return F.linear(hidden, self.p["tokens.weight"])

    def logits_at(self, tokens, places):
        """Logits [n, V] at flat places of whole sequences [B, L] that are padded at the end."""
        causal = lambda q, k, v, _: F.scaled_dot_product_attention(q, k, v, is_causal=True)
        hidden = self.hidden(tokens, torch.arange(tokens.shape[1]), causal)
        return self.head(hidden.view(-1, self.width)[places])


def rotate(x, cosine, sine):
    first, second = x.chunk(2, -1)
    return torch.cat([first * cosine - second * sine, second * cosine + first * sine], -1)


def distribution(logits):
    """log p [N, V], p, and the entropy [N]."""
    log_p = F.log_softmax(logits, -1)
    p = log_p.exp()
    return log_p, p, -(p * log_p).sum(-1)


class Rollout:
    """Responses to prompts: a cache of keys and values, prompts read once and repeated for their samples."""

    def __init__(self, policy, longest):
        self.policy, self.longest = policy, longest

    @torch.inference_mode()
    def run(self, prompts, samples):
        """Prompts [P, S], padded at the front with −1, begin with the end token. Tokens [B, R] and logits [B, R, V]."""
        policy, longest = self.policy, self.longest
        count, width = prompts.shape
        pad = (prompts < 0).sum(1)
        batch, head_size = count * samples, policy.width // policy.heads
        keys = torch.empty(policy.layers, batch, policy.heads, width + longest, head_size)
        values = torch.empty_like(keys)
        seen = (torch.arange(width + longest) >= pad[:, None])[:, None, None]  # [P, 1, 1, S + R]

        def attend_prompts(q, k, v, layer):
            keys[layer].view(count, samples, *keys.shape[2:])[..., : width - 1, :] = k[:, None]
            values[layer].view(count, samples, *keys.shape[2:])[..., : width - 1, :] = v[:, None]
            mask = seen[..., : width - 1] & torch.ones(width - 1, width - 1, dtype=torch.bool).tril()
            # A row of padding sees itself, so that no softmax is over nothing.
            mask = mask | torch.eye(width - 1, dtype=torch.bool)
            return F.scaled_dot_product_attention(q, k, v, attn_mask=mask)

        positions = (torch.arange(width - 1) - pad[:, None]).clamp(min=0)
        policy.hidden(prompts[:, :-1].clamp(min=0), positions, attend_prompts)

        vocabulary = policy.p["tokens.weight"].shape[0]
        noise = torch.empty(longest, batch, vocabulary).exponential_().log_()  # Gumbel noise is −log of an exponential
        tokens = torch.zeros(batch, longest, dtype=torch.int64)
        logits = torch.zeros(batch, longest, vocabulary)
        seen = torch.zeros(batch, 1, 1, width + longest).masked_fill_(~seen.repeat_interleave(samples, 0), -torch.inf)
        last = prompts[:, -1].repeat_interleave(samples)
        first_position = (width - 1 - pad).repeat_interleave(samples)
        ended = torch.zeros(batch, dtype=torch.bool)
        scale = head_size**-0.5
        for t in range(longest):
            at = width - 1 + t

            def attend(q, k, v, layer):
                keys[layer, :, :, at] = k[:, :, 0]
                values[layer, :, :, at] = v[:, :, 0]
                # For one query a head, products are faster than scaled_dot_product_attention.
                scores = torch.bmm(q.flatten(0, 1), keys[layer].flatten(0, 1)[:, : at + 1].mT)
                share = scores.mul_(scale).view(batch, -1, 1, at + 1).add_(seen[..., : at + 1]).softmax(-1)
                return torch.bmm(share.flatten(0, 1), values[layer].flatten(0, 1)[:, : at + 1]).view_as(q)

            hidden = policy.hidden(last[:, None], (first_position + t)[:, None], attend)
            logits[:, t] = policy.head(hidden[:, 0])
            last = (logits[:, t] - noise[t]).argmax(-1)
            tokens[:, t] = last.masked_fill(ended, END)
            ended |= last == END
            if ended.all():
                break
        return tokens, logits


class Lab:
    def __init__(self, command):
        self.config = config = command["config"]
        grpo = {"kind": "grpo", "normalizeByStd": True, "stdOver": "group"}
        assert config["task"]["kind"] == "countdown" and config["advantage"] == grpo
        assert config["loss"]["kind"] == "ppo-clip" and config["aggregation"] == "token-mean"
        assert config["intervention"]["kind"] == "none" and config["rollout"]["temperature"] == 1
        assert config["rollout"]["zeroVariance"] == "keep" and config["rollout"]["retireAt"] is None
        torch.manual_seed(config["seed"])
        self.rng = random.Random(config["seed"])
        self.task = Countdown(config["task"])
        self.letters = np.frombuffer(b"\0" + self.task.alphabet.encode(), np.uint8)
        self.numbers = {letter: number + 1 for number, letter in enumerate(self.task.alphabet)}
        self.problems = [self.task.sample(self.rng) for _ in range(PROBLEMS)]
        self.policy = Policy(load_file(command["weights"]), command["heads"])
        self.rollout = Rollout(self.policy, command["longest"])
        optimizer = config["optimizer"]
        self.parameters = list(self.policy.p.values())
        self.optimizer = torch.optim.AdamW(
            self.parameters, lr=optimizer["learningRate"], betas=(optimizer["beta1"], optimizer["beta2"]),
            eps=optimizer["epsilon"], weight_decay=optimizer["weightDecay"], fused=True,
        )  # fmt: skip
        self.out, self.step_number = command["out"], 0
        for folder in ("tokens", "rollouts"):
            os.makedirs(f"{self.out}/{folder}", exist_ok=True)
        self.steps_file, self.updates_file = (open(f"{self.out}/{name}.jsonl", "w") for name in ("steps", "updates"))

    def experience(self):
        settings = self.config["rollout"]
        problems = self.rng.sample(self.problems, settings["prompts"])
        encoded = [[END, *(self.numbers[letter] for letter in prompt)] for prompt, _, _ in problems]
        width = max(map(len, encoded))
        prompts = torch.tensor([[-1] * (width - len(one)) + one for one in encoded])
        tokens, logits = self.rollout.run(prompts, settings["samples"])
        return self.judge(problems, prompts, tokens.clone(), logits.clone())  # clones may be saved for a gradient

    def judge(self, problems, prompts, tokens, logits):
        """Responses, rewards, and the valid tokens as flat lists of length N, sequence by sequence."""
        samples, width = len(tokens) // len(prompts), prompts.shape[1]
        ends = tokens == END
        lengths = torch.where(ends.any(1), ends.int().argmax(1) + 1, tokens.shape[1])
        texts = self.letters[tokens.numpy()]
        responses = [row[:length].tobytes().decode().rstrip("\0") for row, length in zip(texts, lengths.tolist())]
        rewards = torch.tensor([self.task.check(problems[b // samples], text) for b, text in enumerate(responses)])
        columns = torch.arange(tokens.shape[1])
        mask = columns < lengths[:, None]
        sequence, position = mask.nonzero(as_tuple=True)
        logits = logits[mask]
        target = tokens[mask]
        log_p, p, entropy = distribution(logits)
        old = log_p.gather(1, target[:, None])[:, 0]
        polarity = (p.square() * (log_p + entropy[:, None])).sum(-1) - old.exp() * (old + entropy)
        pad = (prompts < 0).sum(1).repeat_interleave(samples)
        # Prompt and response of each row moved to the front.
        front = prompts.clamp(min=0).repeat_interleave(samples, 0)
        whole = torch.cat([front, tokens, torch.zeros_like(front)], 1)
        row = torch.arange(width + tokens.shape[1]) + pad[:, None]
        return dict(
            problems=problems, responses=responses, rewards=rewards, lengths=lengths, sequence=sequence, position=position,
            target=target, logits=logits, old=old, entropy=entropy, polarity=polarity,
            whole=whole.gather(1, row), first=width - 1 - pad,
        )  # fmt: skip

    def mini_batches(self, e):
        """Sequences in order, cut into equal parts, each trimmed to its longest."""
        count = len(e["lengths"])
        size = -(-count // self.config["update"]["miniBatches"])
        batches = []
        for start in range(0, count, size):
            rows = slice(start, start + size)
            longest = int((e["first"][rows] + e["lengths"][rows]).max())
            of = slice(*torch.searchsorted(e["sequence"], torch.tensor([start, start + size])).tolist())
            sequence = e["sequence"][of]
            places = (sequence - start) * longest + e["first"][sequence] + e["position"][of]
            batches.append((e["whole"][rows, :longest].contiguous(), places, of))
        return batches

    def update(self, batch, e, advantage, on_policy, measured):
        """One update; its numbers, with its effect on entropy if that is to be measured, and which tokens it clipped."""
        tokens, places, of = batch
        target, advantage = e["target"][of], advantage[of]
        loss_config = self.config["loss"]
        logits = self.policy.logits_at(tokens, places)
        log_p = F.log_softmax(logits, -1)
        log_prob = log_p.gather(1, target[:, None])[:, 0]
        old = log_prob.detach() if on_policy else e["old"][of]
        ratio = (log_prob - old).clamp(-LOG_RATIO_LIMIT, LOG_RATIO_LIMIT).exp()
        low, high, dual = loss_config["clipLow"], loss_config["clipHigh"], loss_config["dualClip"]
        loss = torch.maximum(-advantage * ratio, -advantage * ratio.clamp(1 - low, 1 + high))
        loss = torch.where(advantage < 0, torch.minimum(loss, -advantage * dual), loss).mean()
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(self.parameters, self.config["optimizer"]["gradientClip"])
        self.optimizer.step()
        with torch.no_grad():
            above = ((advantage > 0) & (ratio > 1 + high)) | ((advantage < 0) & (ratio > dual))
            below = (advantage < 0) & (ratio < 1 - low)
            entropy = -(log_p.exp() * log_p).sum(-1)
        n = len(target)
        numbers = dict(
            loss=loss.item(), grad_norm=norm.item(), tokens=n, entropy=entropy.mean().item(),
            clip_low_share=below.sum().item() / n, clip_high_share=above.sum().item() / n,
        )  # fmt: skip
        if measured:
            after = self.changes(batch, logits.detach(), target)
            numbers |= dict(
                predicted_entropy_change=after["first_order"].mean().item(),
                measured_entropy_change=(after["entropy"] - entropy).mean().item(),
                approx_kl=(e["old"][of] - after["log_prob"]).mean().item(),
            )
        return numbers, above.to(torch.int8) - below.to(torch.int8)

    @torch.no_grad()
    def changes(self, batch, before, target):
        """Log-probability and entropy of the present policy, and −Cov_p(log p, Δz) since the logits `before`."""
        tokens, places, _ = batch
        logits = self.policy.logits_at(tokens, places)
        log_p, _, entropy = distribution(logits)
        old_log_p, old_p, old_entropy = distribution(before)
        change = logits - before
        weighted = old_p * change
        first_order = -old_entropy * weighted.sum(-1) - (weighted * old_log_p).sum(-1)
        return dict(log_prob=log_p.gather(1, target[:, None])[:, 0], entropy=entropy, first_order=first_order)

    def step(self, with_tokens):
        started, worked = time.perf_counter(), time.process_time()
        self.step_number += 1
        e = self.experience()
        rolled = time.perf_counter()
        groups = e["rewards"].view(-1, self.config["rollout"]["samples"])
        scores = (groups - groups.mean(1, keepdim=True)) / (groups.std(1, keepdim=True) + DEVIATION_GUARD)
        advantage = scores.flatten()[e["sequence"]]
        batches = self.mini_batches(e)
        every = self.config["log"]["updates"]
        measured = every > 0 and self.step_number % every == 0
        updates, clipped = zip(*(self.update(batch, e, advantage, k == 0, measured) for k, batch in enumerate(batches)))
        updated = time.perf_counter()
        parts = [self.changes(batch, e["logits"][batch[2]], e["target"][batch[2]]) for batch in batches]
        after = {name: torch.cat([part[name] for part in parts]) for name in parts[0]}
        row, covariance = self.row(e, groups, advantage, after, updates, torch.cat(clipped))
        if with_tokens:
            self.write_tokens(e, advantage, covariance, after, torch.cat(clipped))
        ended = time.perf_counter()
        row |= dict(seconds_rollout=rolled - started, seconds_update=updated - rolled, seconds_log=ended - updated)
        self.write_lines(row, updates if measured else [])
        if self.step_number % self.config["log"]["rollouts"] == 0:
            self.write_rollouts(e)
        return dict(row, ms=(time.perf_counter() - started) * 1e3, cpu_ms=(time.process_time() - worked) * 1e3)

    def row(self, e, groups, advantage, after, updates, clipped):
        old, entropy = e["old"].double(), e["entropy"].double()
        advantage = advantage.double()
        covariance = (old - old.mean()) * (advantage - advantage.mean())
        p50, p98, p998, largest = torch.quantile(covariance, torch.tensor([0.5, 0.98, 0.998, 1.0], dtype=torch.float64)).tolist()
        per_sequence = torch.zeros(len(e["lengths"]), dtype=torch.float64).index_add_(0, e["sequence"], entropy)
        low, high = (clipped < 0).double().mean().item(), (clipped > 0).double().mean().item()
        row = dict(
            step=self.step_number, reward=groups.mean().item(), reward_std=groups.flatten().std().item(),
            entropy=entropy.mean().item(), entropy_seq_mean=(per_sequence / e["lengths"]).mean().item(),
            token_covariance_mean=covariance.mean().item(),
            covariance_p50=p50, covariance_p98=p98, covariance_p998=p998, covariance_max=largest,
            predicted_entropy_change=after["first_order"].double().mean().item(),
            measured_entropy_change=after["entropy"].double().mean().item() - entropy.mean().item(),
            approx_kl=(old - after["log_prob"]).mean().item(),
            clip_share=low + high, clip_low_share=low, clip_high_share=high,
            grad_norm=sum(one["grad_norm"] for one in updates) / len(updates),
            learning_rate=self.config["optimizer"]["learningRate"],
            response_length=len(old) / len(e["lengths"]),
            zero_variance_group_share=(groups.amax(1) == groups.amin(1)).double().mean().item(), tokens=len(old),
        )  # fmt: skip
        return row, covariance

    def write_lines(self, row, updates):
        self.steps_file.write(json.dumps(row) + "\n")
        self.steps_file.flush()
        for k, one in enumerate(updates):
            self.updates_file.write(json.dumps(dict(step=self.step_number, update=k + 1, **one)) + "\n")
        self.updates_file.flush()

    def write_tokens(self, e, advantage, covariance, after, clipped):
        samples = self.config["rollout"]["samples"]
        integers = dict(
            step=torch.full_like(e["sequence"], self.step_number), group_id=e["sequence"] // samples,
            sequence_id=e["sequence"], position=e["position"], token_id=e["target"],
        )  # fmt: skip
        floats = dict(
            old_log_prob=e["old"], log_prob=after["log_prob"], entropy=e["entropy"], advantage=advantage,
            covariance=covariance, ratio=(after["log_prob"] - e["old"]).exp(), polarity=e["polarity"],
        )  # fmt: skip
        columns = {name: values.int().numpy() for name, values in integers.items()}
        columns |= {name: values.float().numpy() for name, values in floats.items()}
        self.write_table("tokens", pa.table(dict(columns, clipped=clipped.numpy())))

    def write_rollouts(self, e):
        samples = self.config["rollout"]["samples"]
        prompts = [prompt for prompt, _, _ in e["problems"] for _ in range(samples)]
        self.write_table("rollouts", pa.table(dict(prompt=prompts, response=e["responses"], reward=e["rewards"].numpy())))

    def write_table(self, folder, table):
        path = f"{self.out}/{folder}/step-{self.step_number:06d}.parquet"
        pq.write_table(table, path, compression="zstd", compression_level=1, use_dictionary=False)

    def look(self):
        """A rollout without updates: means of each prompt's responses."""
        e = self.experience()
        samples = self.config["rollout"]["samples"]
        entropy = torch.zeros(len(e["lengths"])).index_add_(0, e["sequence"], e["entropy"])
        means = lambda values: values.view(-1, samples).double().mean(1).tolist()
        return dict(reward=means(e["rewards"]), entropy=means(entropy / e["lengths"]), length=means(e["lengths"]))

    @torch.no_grad()
    def score(self, sequences):
        """Log-probabilities of given responses, one after another."""
        width = max(len(prompt) + len(response) for prompt, response in sequences)
        rows = torch.tensor([[*p, *r, *[END] * (width - len(p) - len(r))] for p, r in sequences])
        places = torch.tensor([b * width + len(p) - 1 + t for b, (p, r) in enumerate(sequences) for t in range(len(r))])
        target = torch.tensor([token for _, response in sequences for token in response])
        log_p = F.log_softmax(self.policy.logits_at(rows, places), -1)
        return dict(log_prob=log_p.gather(1, target[:, None])[:, 0].tolist())


def main():
    lab = None
    for line in sys.stdin:
        command = json.loads(line)
        match command["do"]:
            case "quit":
                break
            case "setup":
                torch.set_num_threads(command["threads"])
                lab = Lab(command)
                answer = dict(version=torch.__version__)
            case "look":
                answer = lab.look()
            case "score":
                answer = lab.score(command["sequences"])
            case "step":
                answer = lab.step(command["tokens"])
            case "idle":
                answer = dict(cpu_ms=time.process_time() * 1e3)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
