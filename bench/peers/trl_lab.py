"""TRL's GRPOTrainer on the CPU with a policy and a batch of the lab's size, one step of four updates on command.

A Llama of 3 layers, width 128 and 4 heads with random weights and 19 tokens. Its end token is outside of the model's
vocabulary, so that every completion is `completion` tokens long, and nothing is spent on padding. The reward is the share
of even digits. As a worker it takes one JSON command a line on stdin and answers with one JSON line:
  {"do": "setup", "config": {...}, "size": {"layers": 3, "width": 128, "heads": 4}, "completion": 16, "threads": 2}
  {"do": "step"} {"do": "idle"} {"do": "quit"}
"""

import json
import os
import random
import sys
import tempfile
import time
import warnings

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["TRANSFORMERS_VERBOSITY"] = "error"
warnings.simplefilter("ignore")

import torch
import transformers
import trl
from datasets import Dataset
from tokenizers import Tokenizer, decoders, models
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast, PrinterCallback, TrainerCallback

from countdown import Countdown

PROMPTS = 4096
ANSWERS = os.fdopen(os.dup(1), "w")
sys.stdout = sys.stderr  # whatever else is printed is no answer


def answer(**values):
    print(json.dumps(values), file=ANSWERS, flush=True)


def next_command():
    return json.loads(sys.stdin.readline() or '{"do": "quit"}')


def make_tokenizer(alphabet):
    vocabulary = {"<pad>": 0, **{letter: k + 1 for k, letter in enumerate(alphabet)}}
    vocabulary["<end>"] = len(vocabulary)
    tokenizer = Tokenizer(models.BPE(vocabulary, []))
    tokenizer.decoder = decoders.Fuse()
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="<pad>", eos_token="<end>", padding_side="left")


def make_model(size, vocabulary, length):
    width = size["width"]
    # Three products of the gated MLP of this width have as many parameters as two of 4 D, to a multiple of 8.
    inner = round(8 * width / 3 / 8) * 8
    config = LlamaConfig(
        vocab_size=vocabulary, hidden_size=width, intermediate_size=inner, num_hidden_layers=size["layers"],
        num_attention_heads=size["heads"], num_key_value_heads=size["heads"], max_position_embeddings=length,
        tie_word_embeddings=True, pad_token_id=0, bos_token_id=None, eos_token_id=vocabulary, attn_implementation="sdpa",
    )  # fmt: skip
    return LlamaForCausalLM(config)


def even_digits(completions, **_):
    return [sum(letter in "02468" for letter in text) / max(1, len(text)) for text in completions]


class OnCommand(TrainerCallback):
    """Holds the trainer between steps of `updates` updates until a command comes."""

    def __init__(self, updates):
        self.updates, self.started, self.worked = updates, 0.0, 0.0

    def wait(self, control):
        while (command := next_command())["do"] != "step":
            if command["do"] == "quit":
                control.should_training_stop = True
                return
            answer(cpu_ms=time.process_time() * 1e3)
        self.started, self.worked = time.perf_counter(), time.process_time()

    def on_train_begin(self, args, state, control, **_):
        self.wait(control)

    def on_step_end(self, args, state, control, **_):
        if state.global_step % self.updates == 0:
            answer(ms=(time.perf_counter() - self.started) * 1e3, cpu_ms=(time.process_time() - self.worked) * 1e3)
            self.wait(control)


def main():
    command = next_command()
    if command["do"] == "quit":
        return
    torch.set_num_threads(command["threads"])
    config = command["config"]
    torch.manual_seed(config["seed"])
    rng = random.Random(config["seed"])
    task = Countdown(config["task"])
    tokenizer = make_tokenizer(task.alphabet)
    model = make_model(command["size"], len(task.alphabet) + 1, 64)
    rollout, optimizer, updates = config["rollout"], config["optimizer"], config["update"]["miniBatches"]
    batch = rollout["prompts"] * rollout["samples"]
    with tempfile.TemporaryDirectory() as folder:
        arguments = trl.GRPOConfig(
            output_dir=folder, use_cpu=True, bf16=False, gradient_checkpointing=False, seed=config["seed"],
            per_device_train_batch_size=batch // updates, steps_per_generation=updates, num_generations=rollout["samples"],
            max_completion_length=command["completion"], temperature=rollout["temperature"], top_p=1.0, top_k=0,
            learning_rate=optimizer["learningRate"], lr_scheduler_type="constant", optim="adamw_torch_fused",
            weight_decay=optimizer["weightDecay"], max_grad_norm=optimizer["gradientClip"], adam_beta1=optimizer["beta1"],
            adam_beta2=optimizer["beta2"], loss_type="dapo", beta=0.0, epsilon=config["loss"]["clipLow"],
            max_steps=10**6, logging_steps=updates, save_strategy="no", report_to="none", disable_tqdm=True,
            log_level="error",
        )  # fmt: skip
        trainer = trl.GRPOTrainer(
            model=model, args=arguments, processing_class=tokenizer, reward_funcs=even_digits,
            train_dataset=Dataset.from_dict({"prompt": [task.sample(rng)[0] for _ in range(PROMPTS)]}),
            callbacks=[OnCommand(updates)],
        )  # fmt: skip
        trainer.remove_callback(PrinterCallback)
        parameters = sum(p.numel() for p in model.parameters())
        answer(version=trl.__version__, transformers=transformers.__version__, torch=torch.__version__, parameters=parameters)
        trainer.train()


if __name__ == "__main__":
    main()
