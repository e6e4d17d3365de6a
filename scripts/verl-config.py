"""Lets verl itself read and check the overrides of a sweep's runs; trains nothing and needs no GPU.

    npx entlaw sweep run sweeps/verl.yaml --dry-run --json | python scripts/verl-config.py

The Python must have verl and what its configuration imports: test/requirements-verl.txt. One line of JSON a run on
stdout, with the loss, the advantage estimator and the policy loss's settings as verl's own dataclasses have them; an
override that verl does not take, or a value that it refuses, is in the line as an error, and the script ends with 1.

Nothing is fetched: for a run with a critic verl reads the model's configuration and tokenizer, so that the model must then
be a folder.
"""

import contextlib
import dataclasses
import json
import os
import sys

os.environ["HF_HUB_OFFLINE"] = "1"  # before the imports, which read it

import verl
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf
from verl.trainer.ppo.core_algos import get_adv_estimator_fn, get_policy_loss_fn
from verl.trainer.ppo.utils import need_critic, need_reference_policy
from verl.utils.config import omega_conf_to_dataclass, validate_config

CONFIG_DIR = os.path.join(os.path.dirname(verl.__file__), "trainer", "config")


def check(overrides):
    """What verl makes of the overrides. Raises what verl or Hydra raise."""
    config = compose(config_name="ppo_trainer", overrides=overrides)
    OmegaConf.to_container(config, resolve=True)
    validate_config(config, use_reference_policy=need_reference_policy(config), use_critic=need_critic(config))
    actor = omega_conf_to_dataclass(config.actor_rollout_ref.actor)
    algorithm = omega_conf_to_dataclass(config.algorithm)
    get_policy_loss_fn(actor.policy_loss.loss_mode)
    get_adv_estimator_fn(algorithm.adv_estimator)
    policy_loss = dataclasses.asdict(actor.policy_loss)
    return {
        "adv_estimator": algorithm.adv_estimator,
        "policy_loss": {key: value for key, value in policy_loss.items() if isinstance(value, (str, float, int))},
        "clip_ratio_low": actor.clip_ratio_low,
        "clip_ratio_high": actor.clip_ratio_high,
        "clip_ratio_c": actor.clip_ratio_c,
        "lr": actor.optim.lr,
        "loss_agg_mode": actor.loss_agg_mode,
        "entropy_coeff": actor.entropy_coeff,
        "use_kl_loss": actor.use_kl_loss,
        "ppo_mini_batch_size": actor.ppo_mini_batch_size,
        "model": config.actor_rollout_ref.model.path,
        "logger": list(config.trainer.logger),
    }


def main():
    runs = json.load(sys.stdin)["runs"]
    failed = False
    with initialize_config_dir(config_dir=CONFIG_DIR, version_base=None):
        for run in runs:
            if "overrides" not in run:
                continue  # it is finished
            try:
                with contextlib.redirect_stdout(sys.stderr):
                    found = check(run["overrides"])
            except Exception as error:  # of whatever kind verl has
                failed = True
                found = {"error": f"{type(error).__name__}: {error}"}
            print(json.dumps({"id": run["id"], **found}))
    if failed:
        sys.exit(1)


if __name__ == "__main__":
    main()
