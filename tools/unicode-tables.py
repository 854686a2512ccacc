#!/usr/bin/env python3
"""Writes src/text/unicode_*.inc: what patterns and tokenizers know of Unicode's characters.

Usage: tools/unicode-tables.py

The `tokenizers` library brings an Oniguruma of its own, newer than Debian's, with Unicode 16. So the library is asked for
the characters that its patterns find: run this with a Python 3.11 that has `tokenizers` 0.23.3
(tests/tokens/requirements.txt). How characters fold is known to Python for Unicode 14; what has come since is found by
trying.
"""

import pathlib
import sys
import unicodedata

from tokenizers import Regex, normalizers, pre_tokenizers

FOLDER = pathlib.Path(__file__).parents[1] / "src" / "text"
CODES = 0x110000
BLOCK = 128
SURROGATES = range(0xD800, 0xE000)
CATEGORIES = "Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Zs Zl Zp Cc Cf Cs Co Cn".split()
WHITE_SPACE, ALPHABETIC = 0x20, 0x40

SCRIPTS = """
Adlam=Adlm Ahom Anatolian_Hieroglyphs=Hluw Arabic=Arab Armenian=Armn Avestan=Avst Balinese=Bali Bamum=Bamu
Bassa_Vah=Bass Batak=Batk Bengali=Beng Bhaiksuki=Bhks Bopomofo=Bopo Brahmi=Brah Braille=Brai Buginese=Bugi Buhid=Buhd
Canadian_Aboriginal=Cans Carian=Cari Caucasian_Albanian=Aghb Chakma=Cakm Cham Cherokee=Cher Chorasmian=Chrs
Common=Zyyy Coptic=Copt=Qaac Cuneiform=Xsux Cypriot=Cprt Cypro_Minoan=Cpmn Cyrillic=Cyrl Deseret=Dsrt
Devanagari=Deva Dives_Akuru=Diak Dogra=Dogr Duployan=Dupl Egyptian_Hieroglyphs=Egyp Elbasan=Elba Elymaic=Elym
Ethiopic=Ethi Georgian=Geor Glagolitic=Glag Gothic=Goth Grantha=Gran Greek=Grek Gujarati=Gujr Gunjala_Gondi=Gong
Gurmukhi=Guru Han=Hani Hangul=Hang Hanifi_Rohingya=Rohg Hanunoo=Hano Hatran=Hatr Hebrew=Hebr Hiragana=Hira
Imperial_Aramaic=Armi Inherited=Zinh=Qaai Inscriptional_Pahlavi=Phli Inscriptional_Parthian=Prti Javanese=Java
Kaithi=Kthi Kannada=Knda Katakana=Kana Kayah_Li=Kali Kharoshthi=Khar Khitan_Small_Script=Kits Khmer=Khmr
Khojki=Khoj Khudawadi=Sind Lao=Laoo Latin=Latn Lepcha=Lepc Limbu=Limb Linear_A=Lina Linear_B=Linb Lisu
Lycian=Lyci Lydian=Lydi Mahajani=Mahj Makasar=Maka Malayalam=Mlym Mandaic=Mand Manichaean=Mani Marchen=Marc
Masaram_Gondi=Gonm Medefaidrin=Medf Meetei_Mayek=Mtei Mende_Kikakui=Mend Meroitic_Cursive=Merc
Meroitic_Hieroglyphs=Mero Miao=Plrd Modi Mongolian=Mong Mro=Mroo Multani=Mult Myanmar=Mymr Nabataean=Nbat
Nandinagari=Nand New_Tai_Lue=Talu Newa Nko=Nkoo Nushu=Nshu Nyiakeng_Puachue_Hmong=Hmnp Ogham=Ogam Ol_Chiki=Olck
Old_Hungarian=Hung Old_Italic=Ital Old_North_Arabian=Narb Old_Permic=Perm Old_Persian=Xpeo Old_Sogdian=Sogo
Old_South_Arabian=Sarb Old_Turkic=Orkh Old_Uyghur=Ougr Oriya=Orya Osage=Osge Osmanya=Osma Pahawh_Hmong=Hmng
Palmyrene=Palm Pau_Cin_Hau=Pauc Phags_Pa=Phag Phoenician=Phnx Psalter_Pahlavi=Phlp Rejang=Rjng Runic=Runr
Samaritan=Samr Saurashtra=Saur Sharada=Shrd Shavian=Shaw Siddham=Sidd SignWriting=Sgnw Sinhala=Sinh Sogdian=Sogd
Sora_Sompeng=Sora Soyombo=Soyo Sundanese=Sund Syloti_Nagri=Sylo Syriac=Syrc Tagalog=Tglg Tagbanwa=Tagb
Tai_Le=Tale Tai_Tham=Lana Tai_Viet=Tavt Takri=Takr Tamil=Taml Tangsa=Tnsa Tangut=Tang Telugu=Telu Thaana=Thaa Thai
Tibetan=Tibt Tifinagh=Tfng Tirhuta=Tirh Toto Ugaritic=Ugar Vai=Vaii Vithkuqi=Vith Wancho=Wcho Warang_Citi=Wara
Yezidi=Yezi Yi=Yiii Zanabazar_Square=Zanb
Garay=Gara Gurung_Khema=Gukh Kawi Kirat_Rai=Krai Nag_Mundari=Nagm Ol_Onal=Onao Sunuwar=Sunu Todhri=Todr
Tulu_Tigalari=Tutg
Unknown=Zzzz
""".split()

# Properties kept as ranges of their own, being neither a union of categories nor a script.
PROPERTIES = """Uppercase=Upper Lowercase=Lower Emoji Emoji_Presentation=EPres Emoji_Modifier=EMod
Emoji_Modifier_Base=EBase Emoji_Component=EComp Extended_Pictographic=ExtPict Ideographic=Ideo
Unified_Ideograph=UIdeo Regional_Indicator=RI Variation_Selector=VS""".split()


class Library:
    """What the patterns of `tokenizers` find."""

    def __init__(self):
        self.text = "".join(chr(code) for code in range(CODES) if code not in SURROGATES)
        unassigned = {code for first, last in self.ranges("Cn") for code in range(first, last + 1)}
        self.text = "".join(character for character in self.text if ord(character) not in unassigned)

    def ranges(self, name):
        """First and last code of each stretch of assigned characters that have the property."""
        runs = pre_tokenizers.Split(Regex(f"\\p{{{name}}}+"), "removed", invert=True)
        found = runs.pre_tokenize_str(self.text)
        stretches = []
        for _, (begin, end) in found:
            for code in map(ord, self.text[begin:end]):
                if stretches and stretches[-1][1] == code - 1:
                    stretches[-1] = (stretches[-1][0], code)
                else:
                    stretches.append((code, code))
        return stretches

    def fold(self, code):
        """What the character folds to: one to three codes."""
        if unicodedata.category(chr(code)) != "Cn":
            return [ord(c) for c in chr(code).casefold()]
        lower = normalizers.Lowercase().normalize_str(chr(code))
        return [ord(c) for c in lower] if self.matches(f"(?i:{lower})", chr(code)) else [code]

    def matches(self, pattern, text):
        return normalizers.Replace(Regex(pattern), "").normalize_str(text) == ""

def traits(library):
    """A byte for each code, and a block for what is no character: its category, and whether it is White_Space and Alphabetic."""
    table = bytearray([CATEGORIES.index("Cn")] * CODES)
    for number, category in enumerate(CATEGORIES):
        if category == "Cn":
            continue
        ranges = [(SURROGATES[0], SURROGATES[-1])] if category == "Cs" else library.ranges(category)
        for first, last in ranges:
            table[first : last + 1] = bytes([number] * (last + 1 - first))
    for bit, name in ((WHITE_SPACE, "White_Space"), (ALPHABETIC, "Alphabetic")):
        for first, last in library.ranges(name):
            for code in range(first, last + 1):
                table[code] |= bit
    return bytes(table + bytearray([CATEGORIES.index("Cn")] * BLOCK))


def two_stages(table):
    """The distinct blocks of a table, and for each block of it which one it is."""
    blocks, index = {}, []
    for at in range(0, len(table), BLOCK):
        index.append(blocks.setdefault(table[at : at + BLOCK], len(blocks)))
    return index, b"".join(blocks)


def script_runs(library):
    """Where each run of characters of one script begins, and its number, in order."""
    of = [0xFF] * CODES
    for number, names in enumerate(SCRIPTS[:-1]):
        for first, last in library.ranges(names.partition("=")[0]):
            of[first : last + 1] = [number] * (last + 1 - first)
    unknown = len(SCRIPTS) - 1
    of = [unknown if number == 0xFF else number for number in of]
    return [(code, of[code]) for code in range(CODES) if code == 0 or of[code] != of[code - 1]]


def folds(library):
    """(code, what it folds to) for all that do not fold to themselves."""
    rows = []
    for code in range(CODES):
        if code in SURROGATES:
            continue
        folded = library.fold(code)
        if folded != [code]:
            rows.append((code, folded))
    return rows


def array(declaration, values, width=110):
    lines, line = [f"{declaration} = {{"], " "
    for value in values:
        if len(line) + len(value) + 2 > width:
            lines.append(line)
            line = " "
        line += f" {value},"
    return [*lines, line, "};"]


def quoted(names):
    return [f'"{row}"' for row in names]


def write(name, *arrays):
    head = [
        "// Generated by tools/unicode-tables.py from the Unicode 16 of the `tokenizers` library; do not edit.",
        "// To regenerate: tools/unicode-tables.py",
        "// clang-format off",
    ]
    (FOLDER / name).write_text("\n".join([*head, *(line for lines in arrays for line in lines), ""]))


def write_traits(library):
    index, blocks = two_stages(traits(library))
    write(
        "unicode_traits.inc",
        array("constexpr std::uint16_t kTraitBlocks[]", map(str, index)),
        array("constexpr std::uint8_t kTraits[]", map(str, blocks)),
    )


def write_properties(library):
    begins, ranges = [0], []
    for names in PROPERTIES:
        ranges += library.ranges(names.partition("=")[0])
        begins.append(len(ranges))
    write(
        "unicode_properties.inc",
        array("constexpr std::string_view kScriptNames[]", quoted(SCRIPTS)),
        array("constexpr ScriptRun kScriptRuns[]", ["{%#x, %d}" % run for run in script_runs(library)]),
        array("constexpr std::string_view kPropertyNames[]", quoted(PROPERTIES)),
        array("constexpr std::uint16_t kPropertyBegins[]", map(str, begins)),
        array("constexpr CodeRange kPropertyRanges[]", ["{%#x, %#x}" % row for row in ranges]),
    )


def write_folds(library):
    rows = folds(library)
    single = ["{%#x, %#x}" % (code, *to) for code, to in rows if len(to) == 1]
    several = ["{%#x, {%#x, %#x, %#x}}" % (code, *(to + [0])[:3]) for code, to in rows if len(to) > 1]
    write(
        "unicode_folds.inc",
        array("constexpr Fold kFolds[]", single),
        array("constexpr LongFold kLongFolds[]", several),
    )


def main():
    assert unicodedata.unidata_version == "14.0.0", "needs Python 3.11"
    library = Library()
    write_traits(library)
    write_properties(library)
    write_folds(library)


if __name__ == "__main__":
    sys.exit(main())
