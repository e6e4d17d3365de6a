"""Countdown problems and their checker, as src/train/task/countdown.ts and check-countdown.ts have them."""

import re

END = 0
RESULT_LIMIT = 1000
NATURAL = "0|[1-9][0-9]*"
LINE = re.compile(rf"({NATURAL})([-+*/])({NATURAL})=(-?(?:{NATURAL}))")


def apply(left, operator, right):
    """The result, or None where there is none."""
    if operator == "+":
        return left + right
    if operator == "-":
        return left - right if left >= right else None
    if operator == "*":
        return left * right
    return left // right if right != 0 and left % right == 0 else None


def split_of(key):
    """FNV-1a finished by MurmurHash3's mixer, as src/train/task/split.ts."""
    value = 0x811C9DC5
    for character in key:
        value = ((value ^ ord(character)) * 0x01000193) & 0xFFFFFFFF
    value = ((value ^ (value >> 16)) * 0x85EBCA6B) & 0xFFFFFFFF
    value = ((value ^ (value >> 13)) * 0xC2B2AE35) & 0xFFFFFFFF
    place = (value ^ (value >> 16)) % 100
    return "train" if place < 80 else "validation" if place < 90 else "held-out"


class Countdown:
    """The task: `sample` gives (prompt, numbers, target), `check` the reward of a response."""

    def __init__(self, options):
        self.count, self.largest = options["numbers"], options["largest"]
        self.largest_target, self.operators = options["largestTarget"], options["operators"]
        self.alphabet = f"0123456789{self.operators}=,;:"

    def draw(self, rng):
        numbers = [1 + rng.randrange(self.largest) for _ in range(self.count)]
        pool = list(numbers)
        while len(pool) > 1:
            left = pool.pop(rng.randrange(len(pool)))
            right = pool.pop(rng.randrange(len(pool)))
            result = apply(left, rng.choice(self.operators), right)
            if result is None or result >= RESULT_LIMIT:
                return None
            pool.append(result)
        target = pool[0]
        if not 1 <= target <= self.largest_target:
            return None
        key = f"{','.join(map(str, sorted(numbers)))}={target}"
        if split_of(key) != "train":
            return None
        return f"{','.join(map(str, numbers))}={target}:", numbers, target

    def sample(self, rng):
        """A problem of the train split."""
        while (problem := self.draw(rng)) is None:
            pass
        return problem

    def check(self, problem, response):
        """1.0 if every line is a true operation on numbers that are there and the last gives the target, else 0.0."""
        _, numbers, target = problem
        pool, result = list(numbers), None
        for text in response.split(";"):
            match = LINE.fullmatch(text)
            if match is None or match[2] not in self.operators:
                return 0.0
            left, right, result = int(match[1]), int(match[3]), int(match[4])
            if apply(left, match[2], right) != result:
                return 0.0
            for operand in (left, right):
                if operand not in pool:
                    return 0.0
                pool.remove(operand)
            pool.append(result)
        return 1.0 if len(pool) == 1 and result == target else 0.0
