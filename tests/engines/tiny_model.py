"""The tiny language model of the engine tests: two layers with random weights, and a tokenizer of its own.

The same on every run: weights come from a seeded generator and the tokenizer (byte-level BPE) is trained on text made here.
What it says is noise, broken UTF-8 included, which is what a relay should be tested with. Which file holds it is the
business of `make_tiny_model.py` (GGUF) and `../vllm/make_model.py` (Hugging Face).
"""

import random
from collections.abc import Iterator

import numpy
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

SEED = 7
HIDDEN, LAYERS, HEADS, KV_HEADS, HEAD_SIZE, FEED_FORWARD = 64, 2, 2, 1, 32, 128
VOCABULARY, CONTEXT = 2048, 4096
END_OF_TEXT, START_OF_TURN, END_OF_TURN = "<|endoftext|>", "<|im_start|>", "<|im_end|>"
CONTROL_TOKENS = [END_OF_TEXT, START_OF_TURN, END_OF_TURN]

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
