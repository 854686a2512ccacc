#!/usr/bin/env python3
"""make_vocabularies.py FOLDER: the tiny model again and again, as PRE.gguf, each with another kind of vocabulary.

Byte-level ones differ in how texts are cut into words (`tokenizer.ggml.pre`); `spm.gguf` is a SentencePiece vocabulary with
byte fallback, whose merges follow from scores.
"""

import pathlib
import sys

import gguf
from make_tiny_model import add_shape, add_tokenizer
from tiny_model import VOCABULARY, sentences, train_tokenizer, weights
from tokenizers import Tokenizer, models, normalizers, trainers

PRE_TYPES = ["default", "gpt-2", "llama-bpe", "qwen2", "qwen35", "deepseek-v3", "deepseek-coder", "falcon", "starcoder", "bloom",
             "viking", "tekken", "gpt-4o", "bailingmoe", "seed-coder"]
SPACE = "\N{LOWER ONE EIGHTH BLOCK}"
FIXED = ["<unk>", "<s>", "</s>", "<|im_start|>", "<|im_end|>", *(f"<0x{byte:02X}>" for byte in range(256))]


def train_sentence_piece() -> list[str]:
    """Tokens in order of their merges, then single characters: an order that scores express."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend(SPACE), normalizers.Replace(" ", SPACE)])
    trainer = trainers.BpeTrainer(vocab_size=VOCABULARY - len(FIXED), show_progress=False, max_token_length=16)
    tokenizer.train_from_iterator(sentences(2000), trainer)
    ids = tokenizer.get_vocab()
    learned = sorted(ids, key=lambda token: (len(token) == 1, ids[token]))
    return learned + [f"<|unused_{n}|>" for n in range(VOCABULARY - len(FIXED) - len(learned))]


def add_sentence_piece(writer: gguf.GGUFWriter, learned: list[str]) -> None:
    kinds = [gguf.TokenType.UNKNOWN, *[gguf.TokenType.CONTROL] * 4, *[gguf.TokenType.BYTE] * 256]
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(FIXED + learned)
    writer.add_token_scores([0.0] * len(FIXED) + [-1.0 - rank for rank in range(len(learned))])
    writer.add_token_types(kinds + [gguf.TokenType.NORMAL] * len(learned))
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)


def write(path: pathlib.Path, add_vocabulary) -> None:
    writer = gguf.GGUFWriter(path, "qwen2")
    add_shape(writer)
    add_vocabulary(writer)
    for name, tensor in weights():
        writer.add_tensor(name, tensor)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main(folder: pathlib.Path) -> None:
    tokenizer = train_tokenizer()
    for pre in PRE_TYPES:
        write(folder / f"{pre}.gguf", lambda writer: add_tokenizer(writer, tokenizer, pre))
    learned = train_sentence_piece()
    write(folder / "spm.gguf", lambda writer: add_sentence_piece(writer, learned))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]))
