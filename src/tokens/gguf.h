#pragma once

#include "base/error.h"

#include "tokens/gguf_metadata.h"

namespace dynamo::tokens {

struct Parts;

/// The tokenizer that a GGUF file describes, tokenizing as llama.cpp does with special tokens taken from the
/// text: `gpt2` (byte-level BPE), `llama` (SentencePiece BPE) and `bert` (WordPiece). Errors: unsupported for
/// other kinds and for pre-tokenizers that are not known, by name; invalid.
Result<Parts> parts_from_gguf(const GgufMetadata& file);

}  // namespace dynamo::tokens
