"""The tokenizers compared: every part alone, seeded combinations of all of them, and the shapes of model families."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from parts import (
    ADDED,
    BYTE_TOKENS,
    CL100K,
    CLASSIFY,
    CLIP,
    BLOOM,
    DECODERS,
    DEEPSEEK_V3,
    END,
    KIMI,
    MODELS,
    NORMALIZERS,
    O200K,
    POST_PROCESSORS,
    PRE_TOKENIZERS,
    QWEN2,
    QWEN35,
    SEPARATE,
    SPECIAL,
    START,
    TEKKEN,
    UNKNOWN,
    TrainedModel,
    bpe,
    byte_bpe,
    byte_level,
    split,
    split_bytes,
    template,
    unigram,
    with_byte_tokens,
    word_level,
    word_piece,
)
from texts import LEXICON
from tokenizers import AddedToken, Regex, decoders, models, normalizers, pre_tokenizers, processors

COMBINATIONS = 60
COMBINATION_SEED = 23
# The library panics where it is to strip the end of an empty token.
DECODERS_THAT_NEVER_FAIL = {name: make for name, make in DECODERS.items() if name != "strip"}


@dataclass
class Recipe:
    """What a tokenizer is put together from; `model` is trained, unless it already has its vocabulary."""

    model: TrainedModel | models.Model
    normalizer: normalizers.Normalizer | None = None
    pre_tokenizer: pre_tokenizers.PreTokenizer | None = None
    post_processor: processors.PostProcessor | None = None
    decoder: decoders.Decoder | None = None
    added: Sequence[AddedToken] = ()
    edits: Sequence[Callable[[dict[str, Any]], None]] = field(default_factory=list)


def special(*contents: str, **options: Any) -> list[AddedToken]:
    return [AddedToken(content, special=True, normalized=False, **options) for content in contents]


def plain(*contents: str, **options: Any) -> list[AddedToken]:
    return [AddedToken(content, normalized=False, **options) for content in contents]


def normalizer_alone(name: str) -> Recipe:
    """Byte by byte, so that every character that the normalizer makes is seen in the ids."""
    return Recipe(
        byte_bpe(), NORMALIZERS[name](), byte_level(regex=False), decoder=decoders.ByteLevel(), added=some_added()
    )


def pre_tokenizer_alone(name: str) -> Recipe:
    """With whole words as tokens, so that the offsets are those of the pieces."""
    return Recipe(word_level(), pre_tokenizer=PRE_TOKENIZERS[name](), added=some_added())


def model_alone(name: str) -> Recipe:
    bytes_only = name in ("bpe-bytes", "bpe-ignore-merges", "bpe-string-merges")
    pre_tokenizer = byte_level() if bytes_only else pre_tokenizers.Metaspace()
    decoder = decoders.ByteLevel() if bytes_only else decoders.Metaspace()
    return Recipe(MODELS[name](), pre_tokenizer=pre_tokenizer, decoder=decoder)


def post_processor_alone(name: str) -> Recipe:
    return Recipe(byte_bpe(), pre_tokenizer=byte_level(), post_processor=POST_PROCESSORS[name](), added=some_added())


def decoder_alone(name: str) -> Recipe:
    """Over a vocabulary with everything in it that a decoder treats in a way of its own."""
    return Recipe(
        models.WordLevel(decoder_vocabulary(), unk_token=UNKNOWN),
        pre_tokenizer=pre_tokenizers.Whitespace(),
        decoder=DECODERS[name](),
        added=special(*SPECIAL) + plain("<|plain|>"),
    )


def decoder_vocabulary() -> dict[str, int]:
    words = [word for script in LEXICON.values() for word in script[:20]]
    marks = ["##ing", "##s", "##", "▁", "▁▁", "▁the", "a▁b", "_", "_x", "ing</w>", "</w>", "|", "||", " ", "  a", "Ġ", "Ġthe"]
    marks += ["Ċ", "Ã", "©", "Ã©", "ðŁĺĢ", ".", ",", "?", "!", "n't", "'s", "'m", "'re", "'ve", "do", "not", "'", "aaa", "a", "😀"]
    # Not with 41 in it: BPE and WordPiece decoders see plain letters.
    tokens = dict.fromkeys([*SPECIAL, *marks, *BYTE_TOKENS, "<0x4>", "<0xZZ>", "<0x+1>", "<0xe2>", *words])
    return {token: number for number, token in enumerate(tokens)}


def some_added() -> list[AddedToken]:
    return [ADDED["plain"], ADDED["both"]]


def combination(number: int) -> Recipe:
    dice = random.Random(COMBINATION_SEED * 1000 + number)

    def pick(table: dict[str, Callable[[], Any]], chance: float) -> Any:
        return dice.choice(list(table.values()))() if dice.random() < chance else None

    def several(table: dict[str, Callable[[], Any]], chance: float, sequence: Callable[[list[Any]], Any]) -> Any:
        if dice.random() < 0.4:
            return sequence([dice.choice(list(table.values()))() for _ in range(dice.randint(2, 3))])
        return pick(table, chance)

    return Recipe(
        dice.choice(list(MODELS.values()))(),
        several(NORMALIZERS, 0.7, normalizers.Sequence),
        several(PRE_TOKENIZERS, 0.8, pre_tokenizers.Sequence),
        pick(POST_PROCESSORS, 0.7),
        several(DECODERS_THAT_NEVER_FAIL, 0.8, decoders.Sequence),
        dice.sample(list(ADDED.values()), k=dice.randint(0, 6)),
    )


def truncated_and_padded(definition: dict[str, Any]) -> None:
    definition["truncation"] = {"direction": "Right", "max_length": 4, "strategy": "LongestFirst", "stride": 0}
    definition["padding"] = {
        "strategy": {"Fixed": 16},
        "direction": "Right",
        "pad_to_multiple_of": None,
        "pad_id": 5,
        "pad_type_id": 0,
        "pad_token": "<pad>",
    }


def like_gpt2() -> Recipe:
    return Recipe(
        byte_bpe(),
        pre_tokenizer=byte_level(),
        post_processor=processors.ByteLevel(trim_offsets=False),
        decoder=decoders.ByteLevel(),
        added=special("<|endoftext|>"),
    )


def like_roberta() -> Recipe:
    return Recipe(
        byte_bpe(),
        pre_tokenizer=byte_level(prefix=True),
        post_processor=POST_PROCESSORS["roberta"](),
        decoder=decoders.ByteLevel(),
        added=special("<mask>", lstrip=True),
    )


def like_llama3() -> Recipe:
    begin = "<|begin_of_text|>"
    return Recipe(
        byte_bpe(ignore_merges=True),
        pre_tokenizer=split_bytes(split(CL100K)),
        post_processor=processors.Sequence(
            [
                processors.ByteLevel(trim_offsets=False),
                processors.TemplateProcessing(single=f"{begin} $A", pair=None, special_tokens=[(begin, 1500)]),
            ]
        ),
        decoder=decoders.ByteLevel(),
        added=special(begin, "<|eot_id|>", "<|start_header_id|>", "<|end_header_id|>", "<|python_tag|>"),
    )


def like_qwen2() -> Recipe:
    return Recipe(
        byte_bpe(),
        normalizers.NFC(),
        split_bytes(split(QWEN2)),
        processors.ByteLevel(trim_offsets=False),
        decoders.ByteLevel(),
        special("<|endoftext|>", "<|im_start|>", "<|im_end|>") + plain("<tool_call>", "</tool_call>", "<think>"),
    )


def split_by(pattern: str) -> Callable[[], Recipe]:
    """A byte-level BPE whose words are those of one pattern."""
    return lambda: Recipe(
        byte_bpe(ignore_merges=True),
        pre_tokenizer=split_bytes(split(pattern)),
        post_processor=processors.ByteLevel(trim_offsets=False),
        decoder=decoders.ByteLevel(),
        added=special("<|start|>", "<|message|>", "<|end|>"),
    )


def like_deepseek_v3() -> Recipe:
    pre_tokenizer = split_bytes(split(r"\p{N}{1,3}"), split("[一-龥぀-ゟ゠-ヿ]+"), split(DEEPSEEK_V3))
    return Recipe(
        byte_bpe(),
        normalizers.Sequence([]),
        pre_tokenizer,
        processors.ByteLevel(trim_offsets=False),
        decoders.ByteLevel(),
        special("<｜begin▁of▁sentence｜>", "<｜User｜>", "<｜Assistant｜>") + [AddedToken("<｜tool▁sep｜>", normalized=True)],
    )


def like_deepseek_coder() -> Recipe:
    pre_tokenizer = split_bytes(
        split("[\r\n]"),
        split(r"\s?\p{L}+"),
        split(r"\s?\p{P}+"),
        split("[一-龥ࠀ-一가-퟿]+"),
        pre_tokenizers.Digits(individual_digits=True),
    )
    return Recipe(byte_bpe(), normalizers.Sequence([]), pre_tokenizer, None, decoders.ByteLevel(), special("<|EOT|>"))


def like_falcon() -> Recipe:
    return Recipe(
        byte_bpe(),
        pre_tokenizer=PRE_TOKENIZERS["sequence-falcon"](),
        post_processor=processors.ByteLevel(trim_offsets=False),
        decoder=decoders.ByteLevel(),
        added=special(">>ABSTRACT<<", "<|endoftext|>"),
    )


def like_starcoder() -> Recipe:
    return Recipe(
        byte_bpe(),
        pre_tokenizer=pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), byte_level()]),
        decoder=decoders.ByteLevel(),
        added=special("<fim_prefix>", "<fim_suffix>", "<reponame>"),
    )


def like_bloom() -> Recipe:
    return Recipe(
        byte_bpe(),
        pre_tokenizer=split_bytes(split(BLOOM)),
        post_processor=processors.ByteLevel(trim_offsets=False),
        decoder=decoders.ByteLevel(),
    )


def like_clip() -> Recipe:
    return Recipe(
        bpe(unk_token=UNKNOWN, end_of_word_suffix="</w>"),
        normalizers.Sequence([normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]),
        pre_tokenizers.Sequence([split(CLIP, "removed", True), byte_level()]),
        processors.RobertaProcessing((END, 2), (START, 1), trim_offsets=False, add_prefix_space=False),
        decoders.Sequence([decoders.ByteLevel(), decoders.BPEDecoder()]),
    )


def like_llama2() -> Recipe:
    return Recipe(
        bpe(with_byte_tokens, unk_token=UNKNOWN, fuse_unk=True, byte_fallback=True),
        NORMALIZERS["sequence-llama"](),
        None,
        template(f"{START} $A"),
        DECODERS["sequence-llama"](),
        [AddedToken(START, special=True, normalized=False), AddedToken(END, special=True, normalized=False)],
    )


def like_phi3() -> Recipe:
    recipe = like_llama2()
    recipe.added = [*recipe.added, *special("<|user|>", "<|end|>", "<|assistant|>", rstrip=True)]
    return recipe


def like_mistral() -> Recipe:
    """Spaces as marks at the beginning of the text only, and instruction marks that are ordinary special tokens."""
    return Recipe(
        bpe(with_byte_tokens, unk_token=UNKNOWN, fuse_unk=True, byte_fallback=True),
        None,
        pre_tokenizers.Metaspace(prepend_scheme="first", split=False),
        template(f"{START} $A"),
        DECODERS["sequence-llama"](),
        special("[INST]", "[/INST]", "[TOOL_CALLS]", "[AVAILABLE_TOOLS]"),
    )


def like_gemma() -> Recipe:
    return Recipe(
        bpe(with_byte_tokens, unk_token=UNKNOWN, fuse_unk=True, byte_fallback=True),
        normalizers.Replace(" ", "▁"),
        pre_tokenizers.Split(" ", "merged_with_previous"),
        template(f"{START} $A"),
        DECODERS["sequence-gemma"](),
        special("<start_of_turn>", "<end_of_turn>") + plain("\n\n", "\n\n\n", "▁▁", "<table>"),
    )


def like_bert(**normalizer: Any) -> Recipe:
    return Recipe(
        word_piece(),
        normalizers.BertNormalizer(**normalizer),
        pre_tokenizers.BertPreTokenizer(),
        template(f"{CLASSIFY} $A {SEPARATE}"),
        decoders.WordPiece(),
        special("[MASK]"),
    )


def like_t5() -> Recipe:
    return Recipe(
        unigram(),
        NORMALIZERS["precompiled"](),
        pre_tokenizers.Metaspace(),
        template(f"$A {END}"),
        decoders.Metaspace(),
        special(*(f"<extra_id_{number}>" for number in range(4)), lstrip=True, rstrip=True),
    )


def like_xlm_roberta() -> Recipe:
    return Recipe(
        unigram(),
        NORMALIZERS["precompiled"](),
        PRE_TOKENIZERS["sequence-xlm"](),
        template(f"{START} $A {END}"),
        decoders.Metaspace(),
        special("<mask>", lstrip=True),
    )


def like_albert() -> Recipe:
    return Recipe(
        unigram(),
        NORMALIZERS["sequence-albert"](),
        pre_tokenizers.Metaspace(),
        template(f"{CLASSIFY} $A {SEPARATE}"),
        decoders.Metaspace(),
        special("[MASK]", lstrip=True),
    )


def like_wav2vec2() -> Recipe:
    letters = {token: number for number, token in enumerate([*SPECIAL, "|", *"abcdefghijklmnopqrstuvwxyz'"])}
    return Recipe(
        models.WordLevel(letters, unk_token=UNKNOWN),
        normalizers.Sequence([normalizers.Lowercase(), normalizers.Replace(" ", "|")]),
        split(".", "isolated"),
        decoder=decoders.CTC(),
        added=special("<pad>"),
    )


RECIPES: dict[str, Callable[[], Recipe]] = {
    **{f"model-{name}": lambda name=name: model_alone(name) for name in MODELS},
    **{f"normalizer-{name}": lambda name=name: normalizer_alone(name) for name in NORMALIZERS},
    **{f"pre-tokenizer-{name}": lambda name=name: pre_tokenizer_alone(name) for name in PRE_TOKENIZERS},
    **{f"post-processor-{name}": lambda name=name: post_processor_alone(name) for name in POST_PROCESSORS},
    **{f"decoder-{name}": lambda name=name: decoder_alone(name) for name in DECODERS},
    "added-tokens": lambda: Recipe(byte_bpe(), None, byte_level(), added=list(ADDED.values())),
    "added-tokens-folded": lambda: Recipe(
        bpe(unk_token=UNKNOWN),
        NORMALIZERS["sequence"](),
        pre_tokenizers.Whitespace(),
        added=list(ADDED.values()),
    ),
    "added-tokens-metaspace": lambda: Recipe(
        unigram(), NORMALIZERS["precompiled"](), PRE_TOKENIZERS["metaspace-first"](), added=list(ADDED.values())
    ),
    "truncation-and-padding": lambda: Recipe(byte_bpe(), pre_tokenizer=byte_level(), edits=[truncated_and_padded]),
    "family-gpt2": like_gpt2,
    "family-roberta": like_roberta,
    "family-llama3": like_llama3,
    "family-qwen2": like_qwen2,
    "family-qwen35": split_by(QWEN35),
    "family-o200k": split_by(O200K),
    "family-tekken": split_by(TEKKEN),
    "family-kimi": split_by(KIMI),
    "family-deepseek-v3": like_deepseek_v3,
    "family-deepseek-coder": like_deepseek_coder,
    "family-falcon": like_falcon,
    "family-starcoder": like_starcoder,
    "family-bloom": like_bloom,
    "family-clip": like_clip,
    "family-llama2": like_llama2,
    "family-phi3": like_phi3,
    "family-mistral": like_mistral,
    "family-gemma": like_gemma,
    "family-bert-uncased": like_bert,
    "family-bert-cased": lambda: like_bert(lowercase=False),
    "family-t5": like_t5,
    "family-xlm-roberta": like_xlm_roberta,
    "family-albert": like_albert,
    "family-wav2vec2": like_wav2vec2,
    **{f"combined-{number:02}": lambda number=number: combination(number) for number in range(COMBINATIONS)},
}
