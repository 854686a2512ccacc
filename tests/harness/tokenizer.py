"""A small byte-level tokenizer, with a chat template, for tests that need a model's files and no library."""

import json
import pathlib

BEGIN, TURN, END = "<s>", "<|turn|>", "<|end|>"
SPECIAL = (BEGIN, TURN, END)
MERGES = ["h e", "l l", "he ll", "hell o", "Ġ w", "o r", "l d", "Ġw or", "Ġwor ld"]

ENDLESS_TEXT = "h" * 60

CHAT_TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}"
    "{% if message.content == 'forbidden' %}{{ raise_exception('this model does not talk about that') }}{% endif %}"
    "{% if message.content == 'pretty' %}{{ message.content | pprint }}{% endif %}"
    "{% if message.content == 'endless' %}{% for i in range(99999) %}{% for k in range(99999) %}{% endfor %}"
    "{% endfor %}{% endif %}<|turn|>{{ message.role }}\n{{ message.content }}<|end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|turn|>assistant\n{% endif %}"
)


def visible_bytes() -> list[str]:
    """The byte-level alphabet: how each byte is written in a vocabulary."""
    themselves = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    out, next_stand_in = [], 0x100
    for byte in range(256):
        if byte in themselves:
            out.append(chr(byte))
        else:
            out.append(chr(next_stand_in))
            next_stand_in += 1
    return out


def tokens() -> list[str]:
    """In order of their ids, special ones last."""
    return [*visible_bytes(), *(merge.replace(" ", "") for merge in MERGES), *SPECIAL]


def write_endless_model(folder: pathlib.Path) -> pathlib.Path:
    """The same model with a pattern that takes for ever on ENDLESS_TEXT."""
    path = write_model(folder) / "tokenizer.json"
    definition = json.loads(path.read_text())
    split = {"type": "Split", "pattern": {"Regex": "(?:h|hh)+b"}, "behavior": "Isolated", "invert": False}
    definition["pre_tokenizer"] = {"type": "Sequence", "pretokenizers": [split, definition["pre_tokenizer"]]}
    path.write_text(json.dumps(definition))
    return folder


def write_model(folder: pathlib.Path) -> pathlib.Path:
    """tokenizer.json and tokenizer_config.json in `folder`, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    ids = {token: number for number, token in enumerate(tokens())}
    plain = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    definition = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [{"id": ids[token], "content": token} | plain for token in SPECIAL],
        "normalizer": None,
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False, "use_regex": True},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [{"SpecialToken": {"id": BEGIN, "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
            "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": {BEGIN: {"id": BEGIN, "ids": [ids[BEGIN]], "tokens": [BEGIN]}},
        },
        "decoder": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False, "use_regex": True},
        "model": {
            "type": "BPE",
            "vocab": {token: number for token, number in ids.items() if token not in SPECIAL},
            "merges": MERGES,
        },
    }
    (folder / "tokenizer.json").write_text(json.dumps(definition))
    (folder / "tokenizer_config.json").write_text(json.dumps({"bos_token": BEGIN, "chat_template": CHAT_TEMPLATE}))
    return folder
