#!/usr/bin/env python3
"""make_tokenizers.py FOLDER: trains the tokenizers of recipes.py and writes each to FOLDER/NAME.json."""

import itertools
import json
import pathlib
import sys
from typing import Any

from parts import SPECIAL, TrainedModel
from recipes import RECIPES, Recipe
from texts import sentences
from tokenizers import Tokenizer
from training import settle, train

SENTENCES = 1500


# The ways in which such files are written.
LAYOUTS: list[dict[str, Any]] = [{"ensure_ascii": False}, {"ensure_ascii": False, "indent": 2}, {"ensure_ascii": True}]


def make(recipe: Recipe, corpus: list[str], layout: dict[str, Any]) -> str:
    """The text of a tokenizer.json."""
    trained = recipe.model if isinstance(recipe.model, TrainedModel) else None
    tokenizer = Tokenizer(trained.model if trained else recipe.model)
    for part in ("normalizer", "pre_tokenizer", "post_processor", "decoder"):
        if (chosen := getattr(recipe, part)) is not None:
            setattr(tokenizer, part, chosen)
    named = train(tokenizer, trained.trainer, corpus) if trained else set()
    tokenizer.add_tokens(list(recipe.added))
    definition = json.loads(tokenizer.to_str())
    if trained:
        settle(definition, named, len(SPECIAL))
    for edit in [trained.edit if trained else None, *recipe.edits]:
        if edit:
            edit(definition)
    text = json.dumps(definition, **layout)
    Tokenizer.from_str(text)  # the library reads what was written
    return text


def main(folder: pathlib.Path) -> None:
    corpus = list(sentences(SENTENCES))
    for (name, recipe), layout in zip(RECIPES.items(), itertools.cycle(LAYOUTS)):
        (folder / f"{name}.json").write_text(make(recipe(), corpus, layout))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]))
