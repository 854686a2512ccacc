#!/usr/bin/env python3
"""corpora.py FOLDER: the texts and tokenizers that bench/tokens.py measures with.

FOLDER/TEXT.json are arrays of prompts of about 4 kB; FOLDER/turns.json holds conversations, each followed by itself
with one more turn; FOLDER/worst-CASE.txt is 1 MB of something nasty; FOLDER/SIZE.json is a byte-level BPE tokenizer
with ChatML's special tokens, trained here on other texts of the same kinds.

English and code are the documentation and the sources of the Python installed on the machine. Chinese is made of
invented words over the characters of GB 2312's first level, as often as words of a language are.
"""

import ast
import json
import pathlib
import random
import sys
import sysconfig
from collections.abc import Iterator
from pydoc_data import topics

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

SEED = 5
PROMPT_BYTES = 4096
TEXT_BYTES = 2_000_000
WORST_BYTES = 1_000_000
VOCABULARIES = {"2k": 2_048, "150k": 151_643}
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)

Texts = dict[str, str]


def sources() -> list[pathlib.Path]:
    library = pathlib.Path(sysconfig.get_path("stdlib"))
    return sorted(path for path in library.rglob("*.py") if "site-packages" not in path.parts)


def docstrings(source: str) -> Iterator[str]:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            if text := ast.get_docstring(node):
                yield text


def python_texts() -> Texts:
    """What is written in English, and the code, of every second file; the rest is for training."""
    english, code, training = list(topics.topics.values()), [], []
    for number, path in enumerate(sources()):
        source = path.read_text(errors="replace")
        if number % 2:
            code.append(source)
            english.extend(docstrings(source))
        else:
            training.append(source)
    half = len(english) // 2
    return {"english": "\n\n".join(english[:half]), "code": "".join(code), "training": "".join(training + english[half:])}


def chinese(dice: random.Random, size: int) -> str:
    """About `size` bytes."""
    common = [bytes([row, cell]).decode("gb2312") for row in range(0xB0, 0xD7) for cell in range(0xA1, 0xFA)]
    frequent = [1 / rank for rank in range(1, len(common) + 1)]
    words = ["".join(dice.choices(common, frequent, k=dice.choice((1, 2, 2, 2, 3, 4)))) for _ in range(60_000)]
    weights = [1 / rank for rank in range(1, len(words) + 1)]
    marks = ["，", "。", "、", "！", "？", "；", "：", "\n"]
    picked = iter(dice.choices(words, weights, k=size // 5))
    parts: list[str] = []
    for word in picked:
        parts.append(word)
        if dice.random() < 0.12:
            parts.append(dice.choice(marks))
    return "".join(parts)


def invented(dice: random.Random, count: int) -> Iterator[str]:
    """Words for a vocabulary larger than the texts of one machine give."""
    syllables = [a + b + c for a in "bcdfghklmnprstvwz" for b in ("a", "e", "i", "o", "u", "ai", "ou") for c in ("", "n", "r", "st")]
    for _ in range(count):
        yield " " + "".join(dice.choices(syllables, k=dice.randint(2, 4)))


def mixed(dice: random.Random, texts: list[str]) -> str:
    """Paragraphs of all of them, and what else people write."""
    extras = ["Привет, как дела? ", "Müller straße façade naïve ", "مرحبا بالعالم ", "नमस्ते दुनिया ", "สวัสดีชาวโลก ", "안녕하세요 세계 "]
    extras += ["こんにちは世界。", "😀🚀👍🏽 ", "https://example.com/a/b?c=d&e=1 ", "3.14159 2026-01-31 12:30:59 "]
    parts: list[str] = []
    while sum(map(len, parts)) < TEXT_BYTES // 2:
        text = dice.choice(texts)
        begin = dice.randrange(max(1, len(text) - 300))
        parts += [text[begin : begin + dice.randint(50, 300)], "\n", "".join(dice.choices(extras, k=3))]
    return "".join(parts)


def prompts(text: str) -> list[str]:
    """The first TEXT_BYTES of `text`, cut into prompts."""
    data = text.encode(errors="replace")[:TEXT_BYTES]
    return [data[at : at + PROMPT_BYTES].decode(errors="ignore") for at in range(0, len(data), PROMPT_BYTES)]


def conversations(text: str) -> list[str]:
    """Each chat of some 16 kB, then the same with the answer and one more question."""
    pieces, made = iter(prompts(text)), []
    for first in pieces:
        messages = [first, *(next(pieces, "") for _ in range(3))]
        chat = "".join(f"<|im_start|>{'user' if n % 2 == 0 else 'assistant'}\n{m}<|im_end|>\n" for n, m in enumerate(messages))
        more = f"<|im_start|>user\n{next(pieces, 'And then?')[:200]}<|im_end|>\n<|im_start|>assistant\n"
        made += [chat, chat + more]
    return made


def worst_cases(dice: random.Random) -> dict[str, bytes]:
    emoji = [chr(point) for point in range(0x1F600, 0x1F650)]
    return {
        "letter": b"a" * WORST_BYTES,
        "spaces": b" " * WORST_BYTES,
        "newlines": b"\n" * WORST_BYTES,
        "emoji": "".join(dice.choices(emoji, k=WORST_BYTES // 4)).encode(),
        "one-emoji": ("😀" * (WORST_BYTES // 4)).encode(),
        "random-letters": bytes(dice.choices(b"abcdefghijklmnopqrstuvwxyz", k=WORST_BYTES)),
        "random-bytes": dice.randbytes(WORST_BYTES),
        "special-tokens": b"<|im_end|>" * (WORST_BYTES // 10),
    }


def train(size: int, corpus: list[str]) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(PATTERN), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size, initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()), min_frequency=1, show_progress=False
    )
    tokenizer.train_from_iterator(corpus, trainer)
    tokenizer.add_special_tokens(SPECIAL)
    return tokenizer


def main(folder: pathlib.Path) -> None:
    dice = random.Random(SEED)
    texts = python_texts()
    training = texts.pop("training")
    texts["chinese"] = chinese(dice, 8_000_000)
    middle = len(texts["chinese"]) // 2
    training_chinese, texts["chinese"] = texts["chinese"][:middle], texts["chinese"][middle:]
    texts["mixed"] = mixed(dice, list(texts.values()))
    for name, text in texts.items():
        (folder / f"{name}.json").write_text(json.dumps(prompts(text), ensure_ascii=False))
    (folder / "turns.json").write_text(json.dumps(conversations(texts["english"]), ensure_ascii=False))
    for name, data in worst_cases(dice).items():
        (folder / f"worst-{name}.txt").write_bytes(data)
    corpus = [*training.splitlines(keepends=True), *training_chinese.splitlines(keepends=True), *invented(dice, 150_000)]
    for name, size in VOCABULARIES.items():
        tokenizer = train(size, corpus)
        print(f"{name}: {tokenizer.get_vocab_size()} tokens", file=sys.stderr)
        tokenizer.save(str(folder / f"{name}.json"))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]))
