"""The real library as a tokenizer; what it cannot answer (it raises, or panics) is None."""

import pathlib
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from subject import Encoding, Ids
from tokenizers import Tokenizer

Question = TypeVar("Question")


class Oracle:
    def __init__(self, model: pathlib.Path):
        self._tokenizer = Tokenizer.from_file(str(model))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()

    def markers(self) -> list[str]:
        return [token.content for token in self._tokenizer.get_added_tokens_decoder().values()]

    def ids_in_use(self) -> Ids:
        return sorted(self._tokenizer.get_vocab().values())

    def encode(self, texts: Sequence[str], add_special_tokens: bool) -> list[Ids | None]:
        def ask(batch: Sequence[str]) -> list[Ids]:
            answers = self._tokenizer.encode_batch_fast(batch, add_special_tokens=add_special_tokens)
            return [answer.ids for answer in answers]

        return in_one_or_each(ask, texts)

    def encode_with_offsets(self, texts: Sequence[str]) -> list[Encoding | None]:
        def ask(batch: Sequence[str]) -> list[Encoding]:
            answers = self._tokenizer.encode_batch(batch)
            return [Encoding(answer.ids, answer.tokens, answer.offsets) for answer in answers]

        return in_one_or_each(ask, texts)

    def decode(self, ids: Sequence[Ids], skip_special_tokens: bool) -> list[str | None]:
        def ask(batch: Sequence[Ids]) -> list[str]:
            return self._tokenizer.decode_batch(batch, skip_special_tokens=skip_special_tokens)

        return in_one_or_each(ask, ids)


def in_one_or_each(ask: Callable[[Sequence[Question]], list[Any]], asked: Sequence[Question]) -> list[Any]:
    """One call for all; where that fails, one for each, so that one bad question does not spoil the others."""
    try:
        return ask(asked)
    except KeyboardInterrupt:
        raise
    except BaseException:  # a panic of the library is not an Exception
        if len(asked) == 1:
            return [None]
        middle = len(asked) // 2
        return in_one_or_each(ask, asked[:middle]) + in_one_or_each(ask, asked[middle:])
