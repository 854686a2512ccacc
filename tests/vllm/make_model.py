#!/usr/bin/env python3
"""make_model.py FOLDER TEMPLATE: the tiny model of `../engines/tiny_model.py` as Hugging Face keeps models.

Its chat template is TEMPLATE, which here refuses to talk about what is forbidden.
"""

import json
import pathlib
import sys

from safetensors.numpy import save_file
from tiny_model import (
    END_OF_TEXT,
    END_OF_TURN,
    FEED_FORWARD,
    HEAD_SIZE,
    HEADS,
    HIDDEN,
    KV_HEADS,
    LAYERS,
    VOCABULARY,
    train_tokenizer,
    weights,
)
from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers

CONTEXT = 16384
"""Longer than what the model is made for: nobody reads what it says, and prompts with many tools are long."""

WORDS = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
"""How the models of the Qwen family cut texts."""

REFUSAL = (
    "{%- for message in messages %}{%- if 'forbidden' in message.content %}"
    "{{- raise_exception('this model does not talk about that') }}"
    "{%- endif %}{%- endfor %}"
)
"""Put before the template: something that it refuses."""

BLOCK_NAMES = {
    "attn_norm": "input_layernorm",
    "ffn_norm": "post_attention_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
TOP_NAMES = {"token_embd": "model.embed_tokens", "output_norm": "model.norm", "output": "lm_head"}


def hugging_face_name(name: str) -> str:
    """`blk.0.attn_q.bias` becomes `model.layers.0.self_attn.q_proj.bias`."""
    stem, kind = name.rsplit(".", 1)
    if stem in TOP_NAMES:
        return f"{TOP_NAMES[stem]}.{kind}"
    _, layer, part = stem.split(".")
    return f"model.layers.{layer}.{BLOCK_NAMES[part]}.{kind}"


def make_tokenizer() -> Tokenizer:
    """As that of a Qwen model: `transformers` gives these parts to whatever tokenizer a Qwen model comes with."""
    tokenizer = train_tokenizer()
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(WORDS), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    return tokenizer


def config(tokenizer: Tokenizer) -> dict[str, object]:
    return {
        "architectures": ["Qwen2ForCausalLM"],
        "model_type": "qwen2",
        "hidden_size": HIDDEN,
        "intermediate_size": FEED_FORWARD,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "num_key_value_heads": KV_HEADS,
        "head_dim": HEAD_SIZE,
        "vocab_size": VOCABULARY,
        "max_position_embeddings": CONTEXT,
        "rms_norm_eps": 1e-6,
        "rope_theta": 10000.0,
        "hidden_act": "silu",
        "tie_word_embeddings": False,
        "torch_dtype": "float32",
        "bos_token_id": tokenizer.token_to_id(END_OF_TEXT),
        "eos_token_id": tokenizer.token_to_id(END_OF_TURN),
    }


def tokenizer_config() -> dict[str, object]:
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": CONTEXT,
        "clean_up_tokenization_spaces": False,
        "bos_token": END_OF_TEXT,
        "eos_token": END_OF_TURN,
    }


def main(folder: pathlib.Path, template: pathlib.Path) -> None:
    tokenizer = make_tokenizer()
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "config.json").write_text(json.dumps(config(tokenizer), indent=1))
    (folder / "tokenizer_config.json").write_text(json.dumps(tokenizer_config(), indent=1))
    (folder / "chat_template.jinja").write_text(REFUSAL + template.read_text())
    save_file({hugging_face_name(name): tensor for name, tensor in weights()}, folder / "model.safetensors", {"format": "pt"})


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
