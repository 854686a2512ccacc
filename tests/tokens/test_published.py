"""The vocabularies of models that many people use: ours beside the library that each was made for.

A tokenizer.json is compared as those of test_tokenizers.py are, a tiktoken file by its ids with the real tiktoken.
DYNAMO_TOKENS_TEXTS and DYNAMO_TOKENS_SEED as there.
"""

import base64
import os
import pathlib

import pytest
import tiktoken
from oracle import Oracle
from subject import Subject
from texts import Writer

PUBLISHED = pathlib.Path(os.environ["PUBLISHED_FILES"])
TEXTS = int(os.environ.get("DYNAMO_TOKENS_TEXTS", "600"))
SEED = os.environ.get("DYNAMO_TOKENS_SEED", "1")
BATCH = 5000
SHOWN = 3

# As their authors published them first; tiktoken has since rewritten some, to match the same faster.
GPT2 = r"""'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"""
QWEN = (
    r"""(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"""
    r"""|\s*[\r\n]+|\s+(?!\S)|\s+"""
)
CL100K = QWEN.replace(r"|\p{N}|", r"|\p{N}{1,3}|")
O200K = "|".join(
    [
        r"""[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?""",
        r"""[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?""",
        r"""\p{N}{1,3}""",
        r""" ?[^\s\p{L}\p{N}]+[\r\n/]*""",
        r"""\s*[\r\n]+""",
        r"""\s+(?!\S)""",
        r"""\s+""",
    ]
)
TIKTOKEN = {
    "p50k_base": (GPT2, {"<|endoftext|>": 50256}),
    "cl100k_base": (CL100K, {"<|endoftext|>": 100257, "<|fim_prefix|>": 100258, "<|endofprompt|>": 100276}),
    "llama3": (CL100K, {"<|begin_of_text|>": 128000, "<|eot_id|>": 128009, "<|python_tag|>": 128010}),
    "qwen": (QWEN, {"<|endoftext|>": 151643, "<|im_start|>": 151644, "<|extra_204|>": 151850}),
    "o200k_base": (O200K, {"<|endoftext|>": 199999, "<|endofprompt|>": 200018}),
    "llama4": (O200K, {"<|begin_of_text|>": 200000, "<|eot|>": 200008, "<|patch|>": 200092}),
}


def ranks(path: pathlib.Path) -> dict[bytes, int]:
    lines = (line.split() for line in path.read_bytes().splitlines() if line)
    return {base64.b64decode(token): int(rank) for token, rank in lines}


def batches(writer: Writer):
    for begin in range(0, TEXTS, BATCH):
        yield writer.texts(min(BATCH, TEXTS - begin))


def check(texts: list[str], want: list, got: list) -> None:
    different = [case for case in zip(texts, want, got, strict=True) if case[1] != case[2]]
    shortest = sorted(different, key=lambda case: len(case[0]))[:SHOWN]
    assert not different, f"{len(different)} of {len(texts)}, such as {shortest}"


@pytest.mark.parametrize("name", ["claude", "deepseek"])
def test_a_tokenizer_json(name: str):
    path = PUBLISHED / f"{name}.json"
    oracle, subject = Oracle(path), Subject(path)
    for texts in batches(Writer(f"{SEED}/{name}", oracle.markers())):
        want = oracle.encode_with_offsets(texts)
        check(texts, want, subject.encode_with_offsets(texts))
        ids = [encoding.ids for encoding in want if encoding]
        check(ids, oracle.decode(ids, True), subject.decode(ids, True))


@pytest.mark.parametrize("name", TIKTOKEN)
def test_a_tiktoken_file(name: str):
    pattern, special = TIKTOKEN[name]
    path = PUBLISHED / f"{name}.tiktoken"
    oracle = tiktoken.Encoding(name, pat_str=pattern, mergeable_ranks=ranks(path), special_tokens=special)
    subject = Subject(path)
    for texts in batches(Writer(f"{SEED}/{name}", list(special))):
        want = [oracle.encode(text, allowed_special="all") for text in texts]
        check(texts, want, subject.encode(texts, False))
        check(want, texts, subject.decode(want, False))
