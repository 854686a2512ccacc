"""The parts that tokenizers are put together from: every kind that the library has, with its options.

Each table maps a name to a function, so that nothing is built, and nothing trained, before it is asked for.
"""

import functools
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import sentencepiece
from tokenizers import AddedToken, Regex, decoders, models, normalizers, pre_tokenizers, processors, trainers

# Special tokens that every trained vocabulary begins with; the post-processors name them.
UNKNOWN, START, END = "<unk>", "<s>", "</s>"
CLASSIFY, SEPARATE, PAD = "[CLS]", "[SEP]", "<pad>"
SPECIAL = [UNKNOWN, START, END, CLASSIFY, SEPARATE, PAD]

VOCABULARY = 1500

# The patterns with which model families split text into words.
GPT2 = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
CL100K = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
QWEN2 = CL100K.replace(r"\p{N}{1,3}", r"\p{N}")
QWEN35 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}"
    r"| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
O200K = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
TEKKEN = O200K.replace("(?i:'s|'t|'re|'ve|'m|'ll|'d)?", "").replace(r"\p{N}{1,3}", r"\p{N}")
KIMI = r"[\p{Han}]+|" + O200K.replace(r"\p{Lo}\p{M}]", r"\p{Lo}\p{M}&&[^\p{Han}]]").replace("[\\r\\n/]*", "[\\r\\n]*")
DEEPSEEK_V3 = (
    r"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"""
    r"| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
CLIP = r"""'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"""
BLOOM = r" ?[^(\s|[.,!?…。，、।۔،])]+"

BEHAVIORS = ("removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous")


@functools.cache
def normalization_map(rule: str) -> bytes:
    """The compiled map that sentencepiece puts into a model trained with this rule."""
    file = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(["some words to make a model of"]),
        model_writer=file,
        vocab_size=40,
        hard_vocab_limit=False,
        normalization_rule_name=rule,
        num_threads=1,
        minloglevel=2,
    )
    normalizer_spec = bytes(dict(protobuf_fields(file.getvalue()))[3])
    return bytes(dict(protobuf_fields(normalizer_spec))[2])


def protobuf_fields(message: bytes) -> Iterator[tuple[int, bytes | int]]:
    """(number, value) of the fields at the top of a protobuf message."""
    at = 0

    def varint() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(message):
        number, kind = divmod(varint(), 8)
        if kind == 0:
            yield number, varint()
        else:
            size = varint() if kind == 2 else {1: 8, 5: 4}[kind]
            yield number, message[at : at + size]
            at += size


def split(pattern: str, behavior: str = "isolated", invert: bool = False) -> pre_tokenizers.PreTokenizer:
    return pre_tokenizers.Split(Regex(pattern), behavior, invert)


def byte_level(*, prefix: bool = False, trim: bool = True, regex: bool = True) -> pre_tokenizers.PreTokenizer:
    return pre_tokenizers.ByteLevel(add_prefix_space=prefix, trim_offsets=trim, use_regex=regex)


def split_bytes(*before: pre_tokenizers.PreTokenizer) -> pre_tokenizers.PreTokenizer:
    """Words by the pre-tokenizers given, then their bytes as printable characters."""
    return pre_tokenizers.Sequence([*before, byte_level(regex=False)])


NORMALIZERS: dict[str, Callable[[], normalizers.Normalizer]] = {
    "nfc": normalizers.NFC,
    "nfd": normalizers.NFD,
    "nfkc": normalizers.NFKC,
    "nfkd": normalizers.NFKD,
    "nmt": normalizers.Nmt,
    "lowercase": normalizers.Lowercase,
    "strip-accents": normalizers.StripAccents,
    "strip": normalizers.Strip,
    "strip-left": lambda: normalizers.Strip(left=True, right=False),
    "strip-right": lambda: normalizers.Strip(left=False, right=True),
    "bert": normalizers.BertNormalizer,
    "bert-cased": lambda: normalizers.BertNormalizer(lowercase=False),
    "bert-accents": lambda: normalizers.BertNormalizer(strip_accents=False),
    "bert-accents-only": lambda: normalizers.BertNormalizer(
        clean_text=False, handle_chinese_chars=False, strip_accents=True, lowercase=False
    ),
    "bert-clean-only": lambda: normalizers.BertNormalizer(
        handle_chinese_chars=False, strip_accents=False, lowercase=False
    ),
    "replace": lambda: normalizers.Replace(" ", "▁"),
    "replace-longer": lambda: normalizers.Replace("a", "<letter ä>"),
    "replace-regex": lambda: normalizers.Replace(Regex(r"\s+"), " "),
    "replace-class": lambda: normalizers.Replace(Regex(r"[\p{P}\p{S}]{2,}"), "…"),
    "replace-away": lambda: normalizers.Replace(Regex(r"\p{M}|[0-9]"), ""),
    "prepend": lambda: normalizers.Prepend("▁"),
    "byte-level": normalizers.ByteLevel,
    "precompiled": lambda: normalizers.Precompiled(normalization_map("nmt_nfkc")),
    "precompiled-fold": lambda: normalizers.Precompiled(normalization_map("nmt_nfkc_cf")),
    "precompiled-nfkc": lambda: normalizers.Precompiled(normalization_map("nfkc")),
    "sequence": lambda: normalizers.Sequence([normalizers.NFD(), normalizers.Lowercase(), normalizers.StripAccents()]),
    "sequence-empty": lambda: normalizers.Sequence([]),
    "sequence-llama": lambda: normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]),
    "sequence-albert": lambda: normalizers.Sequence(
        [
            normalizers.Replace("``", '"'),
            normalizers.Replace("''", '"'),
            normalizers.NFKD(),
            normalizers.StripAccents(),
            normalizers.Lowercase(),
            normalizers.Precompiled(normalization_map("nmt_nfkc")),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    ),
}

PRE_TOKENIZERS: dict[str, Callable[[], pre_tokenizers.PreTokenizer]] = {
    "byte-level": byte_level,
    "byte-level-prefix": lambda: byte_level(prefix=True),
    "byte-level-no-trim": lambda: byte_level(trim=False),
    "byte-level-no-regex": lambda: byte_level(prefix=True, regex=False),
    "whitespace": pre_tokenizers.Whitespace,
    "whitespace-split": pre_tokenizers.WhitespaceSplit,
    "digits": pre_tokenizers.Digits,
    "digits-individual": lambda: pre_tokenizers.Digits(individual_digits=True),
    "bert": pre_tokenizers.BertPreTokenizer,
    "metaspace": pre_tokenizers.Metaspace,
    "metaspace-first": lambda: pre_tokenizers.Metaspace(prepend_scheme="first"),
    "metaspace-never": lambda: pre_tokenizers.Metaspace(prepend_scheme="never"),
    "metaspace-whole": lambda: pre_tokenizers.Metaspace(split=False),
    "metaspace-replacement": lambda: pre_tokenizers.Metaspace(replacement="_"),
    "delimiter": lambda: pre_tokenizers.CharDelimiterSplit("a"),
    "unicode-scripts": pre_tokenizers.UnicodeScripts,
    "fixed-length": pre_tokenizers.FixedLength,
    "fixed-length-1": lambda: pre_tokenizers.FixedLength(length=1),
    **{
        f"punctuation-{behavior}": functools.partial(pre_tokenizers.Punctuation, behavior=behavior)
        for behavior in BEHAVIORS
    },
    **{f"split-regex-{behavior}": functools.partial(split, r"\s+|\p{P}", behavior) for behavior in BEHAVIORS},
    **{f"split-inverted-{behavior}": functools.partial(split, r"\p{L}+", behavior, True) for behavior in BEHAVIORS},
    **{
        f"split-string-{behavior}": functools.partial(pre_tokenizers.Split, " ", behavior) for behavior in BEHAVIORS
    },
    "split-gpt2": lambda: split(GPT2),
    "split-cl100k": lambda: split(CL100K),
    "split-qwen2": lambda: split(QWEN2),
    "split-qwen35": lambda: split(QWEN35),
    "split-o200k": lambda: split(O200K),
    "split-tekken": lambda: split(TEKKEN),
    "split-kimi": lambda: split(KIMI),
    "split-deepseek-v3": lambda: split(DEEPSEEK_V3),
    "split-clip": lambda: split(CLIP, "removed", True),
    "split-bloom": lambda: split(BLOOM),
    "split-look-around": lambda: split(r"(?<=[a-z])(?=[A-Z])|(?<!\d)\d{2}|\b\w(?!\w)"),
    "split-lazy": lambda: split(r"<.*?>|\(.+?\)|(?:ab?)*?c"),
    "split-classes": lambda: split(r"[[:alpha:]&&[^aeiou]]+|[[:punct:]]|\h+|[^\x00-\x7F]"),
    "split-anchors": lambda: split(r"^\s+|\s+$|\A.|.\z"),
    "sequence-falcon": lambda: pre_tokenizers.Sequence(
        [
            pre_tokenizers.Punctuation("contiguous"),
            byte_level(),
            pre_tokenizers.Digits(),
            split("[0-9][0-9][0-9]"),
        ]
    ),
    "sequence-xlm": lambda: pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()]),
    "sequence-empty": lambda: pre_tokenizers.Sequence([]),
}

POST_PROCESSORS: dict[str, Callable[[], processors.PostProcessor]] = {
    "byte-level": processors.ByteLevel,
    "byte-level-no-trim": lambda: processors.ByteLevel(trim_offsets=False),
    "bert": lambda: processors.BertProcessing((SEPARATE, 4), (CLASSIFY, 3)),
    "roberta": lambda: processors.RobertaProcessing((END, 2), (START, 1)),
    "roberta-no-trim": lambda: processors.RobertaProcessing((END, 2), (START, 1), trim_offsets=False),
    "roberta-no-prefix": lambda: processors.RobertaProcessing((END, 2), (START, 1), add_prefix_space=False),
    "template": lambda: template(f"{CLASSIFY} $A {SEPARATE}"),
    "template-start": lambda: template(f"{START} $0"),
    "template-types": lambda: template(f"{START}:2 {START} $A:1 {END}"),
    "template-bare": lambda: template("$A"),
    "sequence": lambda: processors.Sequence([processors.ByteLevel(trim_offsets=True), template(f"{START} $A")]),
    "sequence-no-trim": lambda: processors.Sequence([processors.ByteLevel(trim_offsets=False), template(f"$A {END}")]),
}

DECODERS: dict[str, Callable[[], decoders.Decoder]] = {
    "byte-level": decoders.ByteLevel,
    "byte-fallback": decoders.ByteFallback,
    "metaspace": decoders.Metaspace,
    "metaspace-never": lambda: decoders.Metaspace(prepend_scheme="never"),
    "metaspace-replacement": lambda: decoders.Metaspace(replacement="_", prepend_scheme="first"),
    "word-piece": decoders.WordPiece,
    "word-piece-plain": lambda: decoders.WordPiece(cleanup=False),
    "bpe": decoders.BPEDecoder,
    "ctc": decoders.CTC,
    "ctc-plain": lambda: decoders.CTC(cleanup=False),
    "fuse": decoders.Fuse,
    "strip": lambda: decoders.Strip("a", 1, 1),
    "strip-left": lambda: decoders.Strip(" ", 2, 0),
    "replace": lambda: decoders.Replace("▁", " "),
    "replace-regex": lambda: decoders.Replace(Regex("[aeiou]+"), "*"),
    "sequence-llama": lambda: decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    ),
    "sequence-gemma": lambda: decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]),
    "sequence-word-piece": lambda: decoders.Sequence([decoders.WordPiece(), decoders.Metaspace()]),
    "sequence-empty": lambda: decoders.Sequence([]),
}


def template(single: str) -> processors.PostProcessor:
    return processors.TemplateProcessing(
        single=single, pair="$A $B:1", special_tokens=[(token, SPECIAL.index(token)) for token in SPECIAL]
    )


@dataclass
class TrainedModel:
    """A model to be trained, and what cannot be asked for before it is written to a file."""

    model: models.Model
    trainer: trainers.Trainer
    edit: Callable[[dict[str, Any]], None] = lambda definition: None


def bpe(edit: Callable[[dict[str, Any]], None] = lambda definition: None, **options: Any) -> TrainedModel:
    affixes = {name: value for name, value in options.items() if name in AFFIXES}
    trainer = trainers.BpeTrainer(vocab_size=VOCABULARY, special_tokens=SPECIAL, show_progress=False, **affixes)
    return TrainedModel(models.BPE(**options), trainer, edit)


AFFIXES = ("continuing_subword_prefix", "end_of_word_suffix")


def byte_bpe(edit: Callable[[dict[str, Any]], None] = lambda definition: None, **options: Any) -> TrainedModel:
    """BPE over bytes written as printable characters, as most models have it."""
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=SPECIAL,
        show_progress=False,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
    )
    return TrainedModel(models.BPE(**options), trainer, edit)


def unigram(edit: Callable[[dict[str, Any]], None] = lambda definition: None) -> TrainedModel:
    trainer = trainers.UnigramTrainer(
        vocab_size=VOCABULARY, special_tokens=SPECIAL, unk_token=UNKNOWN, show_progress=False
    )
    return TrainedModel(models.Unigram(), trainer, edit)


def word_piece(**options: Any) -> TrainedModel:
    trainer = trainers.WordPieceTrainer(
        vocab_size=VOCABULARY,
        special_tokens=SPECIAL,
        show_progress=False,
        continuing_subword_prefix=options.get("continuing_subword_prefix", "##"),
    )
    return TrainedModel(models.WordPiece(unk_token=UNKNOWN, **options), trainer)


def word_level() -> TrainedModel:
    trainer = trainers.WordLevelTrainer(vocab_size=VOCABULARY, special_tokens=SPECIAL, show_progress=False)
    return TrainedModel(models.WordLevel(unk_token=UNKNOWN), trainer)


BYTE_TOKENS = [f"<0x{byte:02X}>" for byte in range(256)]


def with_byte_tokens(definition: dict[str, Any]) -> None:
    """The trainers know no byte fallback: the 256 tokens are put in afterwards."""
    model = definition["model"]
    model["byte_fallback"] = True
    if isinstance(model["vocab"], dict):
        first = max(model["vocab"].values()) + 1
        model["vocab"].update({token: first + byte for byte, token in enumerate(BYTE_TOKENS)})
    else:
        model["vocab"].extend([token, -15.0] for token in BYTE_TOKENS)


def without_some_byte_tokens(definition: dict[str, Any]) -> None:
    """Where a byte has no token, the whole character is unknown."""
    with_byte_tokens(definition)
    vocabulary = definition["model"]["vocab"]
    for byte in range(0xE3, 0x100):
        del vocabulary[f"<0x{byte:02X}>"]
    renumber(vocabulary)


def renumber(vocabulary: dict[str, int]) -> None:
    for number, token in enumerate(sorted(vocabulary, key=vocabulary.__getitem__)):
        vocabulary[token] = number


def merges_as_strings(definition: dict[str, Any]) -> None:
    """As files were written before version 0.20 of the library, which could not have spaces in tokens."""
    model = definition["model"]
    if not any(" " in part for pair in model["merges"] for part in pair):
        model["merges"] = [" ".join(pair) for pair in model["merges"]]


def with_holes(definition: dict[str, Any]) -> None:
    """Ids that no token has, and tokens in no order."""
    vocabulary = definition["model"]["vocab"]
    definition["model"]["vocab"] = {
        token: number if number < len(SPECIAL) else 7 * number for token, number in sorted(vocabulary.items())
    }


MODELS: dict[str, Callable[[], TrainedModel]] = {
    "bpe": lambda: bpe(unk_token=UNKNOWN),
    "bpe-no-unknown": bpe,
    "bpe-fused-unknown": lambda: bpe(unk_token=UNKNOWN, fuse_unk=True),
    "bpe-bytes": byte_bpe,
    "bpe-ignore-merges": lambda: byte_bpe(ignore_merges=True),
    "bpe-string-merges": lambda: byte_bpe(merges_as_strings),
    "bpe-holes": lambda: bpe(with_holes, unk_token=UNKNOWN),
    "bpe-byte-fallback": lambda: bpe(with_byte_tokens, unk_token=UNKNOWN, fuse_unk=True, byte_fallback=True),
    "bpe-some-bytes": lambda: bpe(without_some_byte_tokens, unk_token=UNKNOWN, byte_fallback=True),
    "bpe-prefix": lambda: bpe(unk_token=UNKNOWN, continuing_subword_prefix="##"),
    "bpe-suffix": lambda: bpe(unk_token=UNKNOWN, end_of_word_suffix="</w>"),
    "bpe-prefix-fused": lambda: bpe(unk_token=UNKNOWN, fuse_unk=True, continuing_subword_prefix="@@"),
    "unigram": unigram,
    "unigram-byte-fallback": lambda: unigram(with_byte_tokens),
    "word-piece": word_piece,
    "word-piece-short": lambda: word_piece(max_input_chars_per_word=8),
    "word-piece-prefix": lambda: word_piece(continuing_subword_prefix="@@"),
    "word-level": word_level,
}

# Every way in which an added token may match; none of them is a part of another word of the training text.
ADDED: dict[str, AddedToken] = {
    "plain": AddedToken("<|plain|>"),
    "not-normalized": AddedToken("<|Raw É|>", normalized=False),
    "normalized": AddedToken("<|Folded É|>", normalized=True),
    "lstrip": AddedToken("<|left|>", lstrip=True),
    "rstrip": AddedToken("<|right|>", rstrip=True),
    "both": AddedToken("<|both|>", lstrip=True, rstrip=True, normalized=False),
    "single-word": AddedToken("wo", single_word=True),
    "single-word-mark": AddedToken("<|one|>", single_word=True, normalized=False),
    "single-word-strip": AddedToken("zu", single_word=True, lstrip=True, rstrip=True),
    "prefix-of-another": AddedToken("<|le"),
    "special": AddedToken("<|special|>", special=True, normalized=False),
    "special-normalized": AddedToken("<|Special É|>", special=True, normalized=True),
    "spaces": AddedToken("    ", normalized=False),
    "accented": AddedToken("é\u0301"),
    "emoji": AddedToken("🚀", special=True),
}
