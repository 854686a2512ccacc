#!/usr/bin/env python3
"""make_tiny_model.py OUT.gguf: a two-layer language model with random weights, for tests of real engines.

The same bytes on every run: weights come from a seeded generator and the tokenizer (byte-level BPE) is trained on text
made here. What it says is noise, broken UTF-8 included, which is what a relay should be tested with.
"""

import json
import pathlib
import random
import sys
from collections.abc import Iterator

import gguf
import numpy
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

SEED = 7
HIDDEN, LAYERS, HEADS, KV_HEADS, HEAD_SIZE, FEED_FORWARD = 64, 2, 2, 1, 32, 128
VOCABULARY, CONTEXT = 2048, 4096
END_OF_TEXT, START_OF_TURN, END_OF_TURN = "<|endoftext|>", "<|im_start|>", "<|im_end|>"
CONTROL_TOKENS = [END_OF_TEXT, START_OF_TURN, END_OF_TURN]

CHAT_TEMPLATE = (
    "{%- for message in messages %}"
    "{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}"
    "{%- endfor %}"
    "{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}"
)

SYLLABLES = "ka lo mi ren sta ver tion ing pre dis ed al or an the qu ex ist ment er um ble ous ic".split()
ODDITIES = ["def f(x):\n    return x + 1\n", '{"city": "Paris"}\n', "héllo wörld\n", "привет мир\n", "你好，世界。\n", "😀 🚀\n"]


def sentences(count: int) -> Iterator[str]:
    """Text to train the tokenizer on: invented words, numbers, code and a few scripts."""
    dice = random.Random(SEED)
    words = ["".join(dice.choices(SYLLABLES, k=dice.randint(1, 4))) for _ in range(1500)]
    for _ in range(count):
        text = " ".join(dice.choices(words, k=dice.randint(5, 20))).capitalize()
        yield text + dice.choice(". ? ! ,\n".split(" ")) + f" {dice.randint(0, 9999)} " + dice.choice(ODDITIES)


def train_tokenizer() -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY - len(CONTROL_TOKENS),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(sentences(6000), trainer)
    tokenizer.add_special_tokens(CONTROL_TOKENS)
    if tokenizer.get_vocab_size() != VOCABULARY:
        raise RuntimeError(f"the tokenizer has {tokenizer.get_vocab_size()} tokens instead of {VOCABULARY}")
    return tokenizer


def weights() -> Iterator[tuple[str, numpy.ndarray]]:
    """The tensors of a qwen2 model by their GGUF names; shapes are [out, in]."""
    generator = numpy.random.Generator(numpy.random.PCG64(SEED))

    def normal(*shape: int, scale: float = 0.08) -> numpy.ndarray:
        return (generator.standard_normal(shape) * scale).astype(numpy.float32)

    def ones() -> numpy.ndarray:
        return numpy.ones(HIDDEN, numpy.float32)

    yield "token_embd.weight", normal(VOCABULARY, HIDDEN, scale=1.0)
    for layer in range(LAYERS):
        block = f"blk.{layer}."
        yield block + "attn_norm.weight", ones()
        yield block + "ffn_norm.weight", ones()
        for name, heads in (("q", HEADS), ("k", KV_HEADS), ("v", KV_HEADS)):
            yield block + f"attn_{name}.weight", normal(heads * HEAD_SIZE, HIDDEN)
            yield block + f"attn_{name}.bias", normal(heads * HEAD_SIZE)
        yield block + "attn_output.weight", normal(HIDDEN, HEADS * HEAD_SIZE)
        yield block + "ffn_gate.weight", normal(FEED_FORWARD, HIDDEN)
        yield block + "ffn_up.weight", normal(FEED_FORWARD, HIDDEN)
        yield block + "ffn_down.weight", normal(HIDDEN, FEED_FORWARD)
    yield "output_norm.weight", ones()
    yield "output.weight", normal(VOCABULARY, HIDDEN, scale=0.3)


def add_shape(writer: gguf.GGUFWriter) -> None:
    writer.add_name("tiny-random")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(HIDDEN)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(FEED_FORWARD)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_key_length(HEAD_SIZE)
    writer.add_value_length(HEAD_SIZE)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_freq_base(10000.0)
    writer.add_rope_dimension_count(HEAD_SIZE)
    writer.add_vocab_size(VOCABULARY)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)


def add_tokenizer(writer: gguf.GGUFWriter, tokenizer: Tokenizer, pre: str = "qwen2") -> None:
    ids = tokenizer.get_vocab(with_added_tokens=True)
    merges = json.loads(tokenizer.to_str())["model"]["merges"]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(pre)
    writer.add_token_list(sorted(ids, key=lambda token: ids[token]))
    kinds = [gguf.TokenType.NORMAL] * VOCABULARY
    for token in CONTROL_TOKENS:
        kinds[ids[token]] = gguf.TokenType.CONTROL
    writer.add_token_types(kinds)
    writer.add_token_merges([merge if isinstance(merge, str) else " ".join(merge) for merge in merges])
    writer.add_bos_token_id(ids[END_OF_TEXT])
    writer.add_eos_token_id(ids[END_OF_TURN])
    writer.add_add_bos_token(False)
    writer.add_chat_template(CHAT_TEMPLATE)


def main(path: pathlib.Path) -> None:
    writer = gguf.GGUFWriter(path, "qwen2")
    add_shape(writer)
    add_tokenizer(writer, train_tokenizer())
    for name, tensor in weights():
        writer.add_tensor(name, tensor)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]))
