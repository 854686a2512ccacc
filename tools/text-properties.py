#!/usr/bin/env python3
"""Writes src/text/properties_tables.inc: what the `tokenizers` library knows about each code point.

Usage: tools/text-properties.py SEGMENTATION > src/text/properties_tables.inc

The library's parts have tables of different Unicode versions (9 for normal forms, 17 for letters and digits, its own
for punctuation and scripts), so the library itself is asked, code point by code point: run this with a Python that has
`tokenizers` 0.23.3. Grapheme classes cannot be asked for; they are read from SEGMENTATION, the folder of the Rust crate
unicode-segmentation 1.13.3 that this release of the library is built with (`cargo fetch` leaves it in the registry).
"""

import pathlib
import re
import sys
import unicodedata

from tokenizers import normalizers, pre_tokenizers

LAST = 0x10FFFF
BLOCK = 128
CODES = [code for code in range(LAST + 1) if not 0xD800 <= code <= 0xDFFF]
HANGUL = range(0xAC00, 0xD7A4)
JAMO_AFTER = [*range(0x1161, 0x1176), *range(0x11A8, 0x11C3)]

# In the order of `enum Property` in src/text/properties.h.
FLAGS = [
    "white_space", "numeric", "punctuation", "word", "mark", "nonspacing", "other",
    "incb_extend", "incb_linker", "decomposes", "decomposes_compatibly", "joins_previous",
    "changes_composed", "changes_compatibly_composed",
]  # fmt: skip
GRAPHEME_CLASSES = [
    "Any", "CR", "LF", "Control", "Extend", "ZWJ", "Regional_Indicator", "Prepend", "SpacingMark",
    "L", "V", "T", "LV", "LVT", "Extended_Pictographic", "InCB_Consonant",
]  # fmt: skip


def ask(normalizer, code, before="", after=""):
    return normalizer.normalize_str(before + chr(code) + after)


def pieces(pre_tokenizer, text):
    return pre_tokenizer.pre_tokenize_str(text)


def flags():
    """For each code point the set of FLAGS, all but those about graphemes and normal forms."""
    strip = normalizers.StripAccents()
    bert_accents = normalizers.BertNormalizer(
        clean_text=False, handle_chinese_chars=False, strip_accents=True, lowercase=False
    )
    bert_clean = normalizers.BertNormalizer(
        clean_text=True, handle_chinese_chars=False, strip_accents=False, lowercase=False
    )
    spaces, digits = pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Digits(individual_digits=True)
    punctuation, words = pre_tokenizers.Punctuation(), pre_tokenizers.Whitespace()
    result = {}
    for code in CODES:
        text = "a" + chr(code) + "!"
        word = [piece for piece, _ in pieces(words, text)]
        is_space = len(pieces(spaces, text)) == 2
        if (word == ["a", "!"]) != is_space:
            raise SystemExit(f"U+{code:04X}: the pattern \\s and white space differ")
        found = {
            "white_space": is_space,
            "numeric": len(pieces(digits, "a" + chr(code) + "a")) == 3,
            "punctuation": len(pieces(punctuation, "a" + chr(code) + "a")) == 3,
            "word": word == ["a" + chr(code), "!"],
            "mark": ask(strip, code, "a") == "a",
            "nonspacing": ask(bert_accents, code, "a") == "a",
            "other": ask(bert_clean, code, "a") == "a",
        }
        result[code] = {name for name, holds in found.items() if holds}
    return result


def lowercase():
    """For each code point how far its lower case is away; U+0130 alone has two characters and is left to the code."""
    lower = normalizers.Lowercase()
    result = {}
    for code in CODES:
        text = ask(lower, code)
        if code == 0x130:
            assert text == "i\u0307"
            text = chr(code)
        assert len(text) == 1, f"U+{code:04X}"
        result[code] = ord(text) - code
    return result


def combining_classes():
    """Canonical combining classes, 0 where the library's older tables do not know a mark yet."""
    nfd = normalizers.NFD()
    result = {}
    for code in CODES:
        value = unicodedata.combining(chr(code))
        probe = "a\u0300" + chr(code) if value == 1 else "a" + chr(code) + "\u0334"
        known = nfd.normalize_str(chr(code)) == chr(code) and nfd.normalize_str(probe) != probe
        if known and not value:
            raise SystemExit(f"U+{code:04X}: a combining class that this Python does not know")
        result[code] = value if known else 0
    return result


def scripts():
    """For each code point a number that stands for its script as the UnicodeScripts pre-tokenizer sees it; 0: any."""
    cutter = pre_tokenizers.UnicodeScripts()

    def differ(left, right):
        return len(pieces(cutter, left + right)) == 2

    result, representatives, previous = {}, [], None
    for code in CODES:
        character = chr(code)
        if not differ("a", character) and not differ("\u0436", character):
            result[code] = 0
        elif previous and not differ(chr(previous), character):
            result[code] = result[previous]
            previous = code
        else:
            number = next((n for n, known in enumerate(representatives, 1) if not differ(known, character)), None)
            if number is None:
                representatives.append(character)
                number = len(representatives)
            result[code] = number
            previous = code
    return result


def segmentation(folder):
    """(grapheme class of each code point, those that extend a conjunct, those that link one)."""
    source = (pathlib.Path(folder) / "src" / "tables.rs").read_text()
    character = r"'(\\u\{[0-9a-fA-F]+\}|.)'"

    def code(text):
        return int(text[3:-1], 16) if text.startswith("\\u") else ord(text)

    table = re.search(r"grapheme_cat_table: [^=]*= &\[(.*?)\];", source, re.DOTALL)[1]
    classes = {}
    for first, last, name in re.findall(rf"\({character},\s*{character},\s*GC_(\w+)\)", table):
        for each in range(code(first), code(last) + 1):
            classes[each] = GRAPHEME_CLASSES.index(name)
    extend = re.search(r"InCB_Extend_table: [^=]*= &\[(.*?)\];", source, re.DOTALL)[1]
    extends = set()
    for first, last in re.findall(rf"\({character},\s*{character}\)", extend):
        extends.update(range(code(first), code(last) + 1))
    linker = re.search(r"fn is_incb_linker\(c: char\) -> bool \{(.*?)\}\s*\n", source, re.DOTALL)[1]
    linkers = {code(each) for each in re.findall(character, linker)}
    assert classes and extends and linkers
    return classes, extends, linkers


def decompositions(form):
    """{code: text} of the code points that a normal form changes, Hangul aside."""
    normalizer = form()
    return {code: text for code in CODES if code not in HANGUL and (text := ask(normalizer, code)) != chr(code)}


def compositions(canonical):
    """[(first, second, composed)] of all pairs that the composed forms join, Hangul aside."""
    nfc = normalizers.NFC()
    result = []
    for code, text in canonical.items():
        if nfc.normalize_str(chr(code)) != chr(code):
            continue
        first = nfc.normalize_str(text[:-1])
        assert len(first) == 1 and nfc.normalize_str(first + text[-1]) == chr(code), f"U+{code:04X}"
        result.append((ord(first), ord(text[-1]), code))
    return sorted(result)


def rows(items, width=104):
    line = ""
    for item in items:
        if len(line) + len(item) + 2 > width:
            yield line
            line = ""
        line += (" " if line else "") + item + ","
    if line:
        yield line


def show(declaration, items):
    print(f"constexpr {declaration} = {{")
    for line in rows(items):
        print("    " + line)
    print("};\n")


def show_records(records):
    """The distinct records, and for each code point, in two stages, which one is its own."""
    distinct = {(0, 0, 0, 0, 0): 0}
    numbers = [distinct.setdefault(record, len(distinct)) for record in records]
    blocks, index = {}, []
    for start in range(0, LAST + 1, BLOCK):
        index.append(blocks.setdefault(tuple(numbers[start : start + BLOCK]), len(blocks)))
    fields = "{:#x}, {}, {}, {}, {}"
    show(f"Properties kRecords[{len(distinct)}]", ["{" + fields.format(*record) + "}" for record in distinct])
    show(f"std::uint16_t kBlockOf[{len(index)}]", map(str, index))
    show(f"std::uint16_t kRecordOf[{len(blocks) * BLOCK}]", (str(number) for block in blocks for number in block))


def show_decompositions(canonical, compatible):
    pool, places, items = [], {}, []

    def place(text):
        if text not in places:
            places[text] = len(pool)
            pool.extend(map(ord, text))
        return f"{places[text]}, {len(text)}"

    for code in sorted(compatible):
        own = canonical.get(code, chr(code))
        items.append(f"{{{code:#x}, {place(own)}, {place(compatible[code])}}}")
    show(f"Decomposition kDecompositions[{len(items)}]", items)
    show(f"char32_t kDecomposed[{len(pool)}]", map(hex, pool))


def main(folder):
    known, lower, combining, script = flags(), lowercase(), combining_classes(), scripts()
    graphemes, extends, linkers = segmentation(folder)
    canonical, compatible = decompositions(normalizers.NFD), decompositions(normalizers.NFKD)
    composed, compatibly_composed = decompositions(normalizers.NFC), decompositions(normalizers.NFKC)
    assert set(canonical) <= set(compatible)
    pairs = compositions(canonical)
    joining = {*JAMO_AFTER, *(second for _, second, _ in pairs)}
    assert not any(ord(text[0]) in joining for code, text in compatible.items() if code not in compatibly_composed)
    groups = {
        "incb_extend": extends, "incb_linker": linkers,
        "decomposes": {*canonical, *HANGUL}, "decomposes_compatibly": {*compatible, *HANGUL},
        "joins_previous": joining,
        "changes_composed": composed, "changes_compatibly_composed": compatibly_composed,
    }  # fmt: skip
    for name, codes in groups.items():
        for code in codes:
            if code in known:
                known[code].add(name)
    bits = {name: 1 << number for number, name in enumerate(FLAGS)}
    nothing = (0, 0, 0, 0, 0)
    records = [nothing] * (LAST + 1)
    for code in CODES:
        flag = sum(bits[name] for name in known[code])
        records[code] = (flag, combining[code], graphemes.get(code, 0), script[code], lower[code])

    print("// Generated by tools/text-properties.py from what `tokenizers` 0.23.3 answers; do not edit.")
    print("// To regenerate: tools/text-properties.py SEGMENTATION > src/text/properties_tables.inc\n")
    show_records(records)
    show_decompositions(canonical, compatible)
    show(f"Composition kCompositions[{len(pairs)}]", ["{%#x, %#x, %#x}" % pair for pair in pairs])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
