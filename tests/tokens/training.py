"""Training that gives the same vocabulary on every run.

The library's trainers go through hash tables, whose order is another one in every process. It decides about the ids of
characters with a prefix or a suffix, and so about which of two pairs that are equally frequent is merged first; and about
the scores of characters that a Unigram model has for the sole reason that nothing shall be unknown.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from tokenizers import Tokenizer, trainers

Definition = dict[str, Any]

SCORE_STEP = 0.0001
"""How far apart the trainer sets the scores of the characters that it would not have kept."""
DECIMALS = 4
"""Sums of probabilities differ behind these."""


def train(tokenizer: Tokenizer, trainer: trainers.Trainer, corpus: Sequence[str]) -> set[str]:
    """The tokens that are named to the trainer as special ones for nothing but their order."""
    prefix = getattr(trainer, "continuing_subword_prefix", None) or ""
    suffix = getattr(trainer, "end_of_word_suffix", None) or ""
    named = sorted(affixed_characters(words(tokenizer, corpus), prefix, suffix)) if prefix or suffix else []
    if named:
        trainer.special_tokens = [*trainer.special_tokens, *named]
        trainer.vocab_size += len(named)  # there is room for merges behind them
    tokenizer.train_from_iterator(corpus, trainer)
    return set(named)


def words(tokenizer: Tokenizer, corpus: Sequence[str]) -> Iterator[str]:
    normalizer, pre_tokenizer = tokenizer.normalizer, tokenizer.pre_tokenizer
    for text in corpus:
        text = normalizer.normalize_str(text) if normalizer else text
        yield from (word for word, _ in pre_tokenizer.pre_tokenize_str(text)) if pre_tokenizer else [text]


def affixed_characters(found: Iterator[str], prefix: str, suffix: str) -> set[str]:
    """The characters of words as the trainer writes them, but for those that stay as they are."""
    characters = {
        (prefix if at > 0 else "") + character + (suffix if at == len(word) - 1 else "")
        for word in found
        for at, character in enumerate(word)
    }
    return {character for character in characters if len(character) > 1}


def settle(definition: Definition, named: set[str], special: int) -> None:
    """What training has left to chance in a definition whose first `special` tokens are special ones."""
    definition["added_tokens"] = [token for token in definition["added_tokens"] if token["content"] not in named]
    model = definition["model"]
    if model["type"] == "Unigram":
        model["vocab"][special:] = settled_scores(model["vocab"][special:])


def settled_scores(pieces: list[list[Any]]) -> list[list[Any]]:
    lowest = min(score for _, score in pieces)
    barely_kept = {piece: score for piece, score in pieces if len(piece) == 1 and score < lowest + SCORE_STEP * len(pieces)}
    settled = dict(map(tuple, pieces)) | dict(zip(sorted(barely_kept), sorted(barely_kept.values())))
    rounded = [[piece, round(score, DECIMALS)] for piece, score in settled.items()]
    return sorted(rounded, key=lambda piece: (-piece[1], piece[0]))
