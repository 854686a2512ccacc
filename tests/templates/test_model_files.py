"""Which template and which special tokens a model's folder means: our reading beside that of `transformers`."""

import json
import pathlib
from typing import Any

import pytest
from tokenizers import Tokenizer, models
from transformers import PreTrainedTokenizerFast

import subject
import transformers_oracle

MESSAGES = [{"role": "user", "content": "hi"}]
TOOL = {"type": "function", "function": {"name": "f", "description": "", "parameters": {}}}
TOKENS = (
    "{{ bos_token }}|{{ eos_token }}|{{ unk_token }}|{{ pad_token }}|{{ sep_token }}|{{ image_token }}|"
    "{{ vision_token }}|{{ additional_special_tokens }}|{{ add_bos_token }}|{{ model_max_length }}"
)
ADDED = {"__type": "AddedToken", "content": "<b>", "lstrip": False, "rstrip": False, "normalized": False,
         "single_word": False}

Files = dict[str, Any]

FOLDERS: dict[str, Files] = {
    "config_text": {"tokenizer_config.json": {"chat_template": "config " + TOKENS, "bos_token": "<s>"}},
    "config_named": {
        "tokenizer_config.json": {
            "chat_template": [
                {"name": "default", "template": "default {{ tools is none }}"},
                {"name": "tool_use", "template": "tool_use {{ tools is none }}"},
                {"name": "rag", "template": "rag {{ documents }}"},
            ]
        }
    },
    "config_without_default": {
        "tokenizer_config.json": {"chat_template": [{"name": "tool_use", "template": "tool_use"}]}
    },
    "file_wins": {
        "tokenizer_config.json": {"chat_template": "config", "eos_token": "</s>"},
        "chat_template.jinja": "file {{ eos_token }}\n",
    },
    "file_with_additional": {
        "tokenizer_config.json": {"chat_template": "config"},
        "chat_template.jinja": "file\n\n",
        "additional_chat_templates/tool_use.jinja": "additional tool_use",
        "additional_chat_templates/rag.jinja": "additional rag",
        "additional_chat_templates/notes.txt": "not a template",
    },
    "additional_alone_hides_the_config": {
        "tokenizer_config.json": {"chat_template": "config"},
        "additional_chat_templates/tool_use.jinja": "additional tool_use",
    },
    "tokens_as_objects": {
        "tokenizer_config.json": {
            "chat_template": TOKENS,
            "bos_token": ADDED,
            "eos_token": {**ADDED, "content": "</b>"},
            "unk_token": None,
            "image_token": "<image>",
            "add_bos_token": True,
            "model_max_length": 1024,
            "additional_special_tokens": ["<x>"],
        }
    },
    "tokens_from_the_map": {
        "tokenizer_config.json": {"chat_template": TOKENS, "bos_token": "<config>", "pad_token": "<pad>"},
        "special_tokens_map.json": {"bos_token": "<map>", "eos_token": {k: v for k, v in ADDED.items() if k[0] != "_"}},
    },
    "map_unread_beside_added_tokens": {
        "tokenizer_config.json": {
            "chat_template": TOKENS,
            "bos_token": "<config>",
            "added_tokens_decoder": {"1": {k: v for k, v in ADDED.items() if k[0] != "_"} | {"special": True}},
        },
        "special_tokens_map.json": {"bos_token": "<map>", "eos_token": "<map>"},
    },
    "extra_tokens": {
        "tokenizer_config.json": {
            "chat_template": TOKENS,
            "extra_special_tokens": {"vision_token": "<v>", "image_token": "<i>"},
        }
    },
}

CALLS: dict[str, dict[str, Any]] = {
    "plain": {},
    "tools": {"tools": [TOOL]},
    "no_tools": {"tools": []},
    "named_rag": {"chat_template": "rag", "documents": [{"title": "t"}]},
    "own_token": {"bos_token": "<mine>"},
}


def write(folder: pathlib.Path, files: Files) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content))
    Tokenizer(models.WordLevel({"": 0})).save(str(folder / "tokenizer.json"))


def named_templates(tokenizer: PreTrainedTokenizerFast) -> list[str]:
    return list(tokenizer.chat_template) if isinstance(tokenizer.chat_template, dict) else []


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
@pytest.mark.parametrize("files", FOLDERS.values(), ids=FOLDERS.keys())
def test_folders_mean_what_they_mean_to_transformers(files: Files, call: dict[str, Any], tmp_path: pathlib.Path):
    write(tmp_path, files)
    tokenizer = PreTrainedTokenizerFast.from_pretrained(tmp_path)
    if "chat_template" in call and call["chat_template"] not in named_templates(tokenizer):
        pytest.skip("what names no template is a template itself to transformers; here it is an error")
    arguments = {"messages": MESSAGES, **call}
    want = transformers_oracle.render(tokenizer, arguments)
    (have,) = subject.render(tmp_path, [arguments])
    assert have.prompt == want.prompt
    if want.prompt is None:
        assert have.error


def test_the_older_file_for_images_is_read(tmp_path: pathlib.Path):
    """Only processors of transformers read it, and those bring torch along."""
    write(tmp_path, {"tokenizer_config.json": {"chat_template": "config"},
                     "chat_template.json": {"chat_template": "older {{ messages | length }}"}})
    assert subject.render(tmp_path, [{"messages": MESSAGES}]) == [subject.Output(prompt="older 1")]
