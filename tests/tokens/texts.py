"""Texts made by a seeded generator: sentences to train tokenizers on, and texts to compare tokenizers on."""

import random
from collections.abc import Callable, Iterator, Sequence

LEXICON_SEED = 11
WORDS_PER_SCRIPT = 300


def span(first: int, last: int) -> str:
    return "".join(map(chr, range(first, last + 1)))


LOWER_LATIN = span(0x61, 0x7A)
ALPHABETS = {
    "latin": LOWER_LATIN * 3 + "éèüößñçåøæœıłšžđ",
    "cyrillic": span(0x430, 0x44F) + "ёѓїў",
    "greek": span(0x3B1, 0x3C9) + "άέήίΰϊ",
    "arabic": span(0x620, 0x64A) + span(0x64B, 0x652) + "\u0640\u06cc\u06a9\u200c",
    "hebrew": span(0x5D0, 0x5EA) + "\u05b0\u05b7\u05bc",
    "devanagari": span(0x905, 0x939) + span(0x93E, 0x94D) + "\u0902\u0903\u093c",
    "thai": span(0xE01, 0xE3A) + span(0xE40, 0xE4E),
    "chinese": span(0x4E00, 0x4EFF) + "的一是不了人我在有他这中大来上国",
    "japanese": span(0x3042, 0x3093) + span(0x30A2, 0x30F3) + "日本語東京々ー",
    "korean": span(0xAC00, 0xAD00) + "한국어는이다",
    "jamo": span(0x1100, 0x1112) + span(0x1161, 0x1175) + span(0x11A8, 0x11C2),
}
SPACELESS = ("thai", "chinese", "japanese")
COMBINING = span(0x300, 0x36F) + "\u0483\u0591\u064b\u0e31\u20d0\u20dd\u3099\u309a\ufe20\U0001d165"
SPACES = " \t\n\r\v\f\u0085\u00a0\u1680\u2000\u2003\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
INVISIBLE = "\u00ad\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202e\u2060\u2066\ufe0f\ufeff\U000e0020\U000e007f"
CONTROLS = span(0x00, 0x1F) + span(0x7F, 0x9F)
PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~¡§«»¿–—‘’“”„…‹›‽₠€、。「」（）！？؟،।॥\u0df4\U00010100"
DIGITS = "0123456789²½①٣४๕〇〡Ⅷ㈠９\U0001d7d8"
ODD_LETTERS = "ǅǈʰªºﬁﬃİıſßẞςΣÅﷺ㎏㍿ｱﾞＡａ①ⓐ℡ⅷ々ゝヽ〆ㄅꀀꙮᏸꭰ\U00010400\U0001d400\U00020000\U0002f800\U0001f130"
EMOJI = [
    "😀", "🚀", "❤️", "👍🏽", "👨‍👩‍👧‍👦", "🏳️‍🌈", "🇩🇪", "🇯🇵🇺🇸", "1️⃣", "☎︎", "🧑🏿‍🚒", "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "©", "™️", "\u200d", "🏽",
]  # fmt: skip
BROKEN_UTF8 = [
    b"\xff", b"\xc3", b"\xe2\x82", b"\xf0\x9f\x98", b"\xc0\x80", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\x80\x80", b"\xf0\x9f\x98A",
]  # fmt: skip
CONTRACTIONS = ["'s", "'S", "'t", "'re", "'RE", "'ve", "'Ll", "'m", "'d", "’s", "'ſ", "n't", " 's", " n't", " do not", "'", "''"]
SYNTAX = [
    "def f(x):\n    return x + 1\n", '{"city": "Paris", "n": [1, 2.5e-3]}', "\t\tif (a != b) {\r\n", "https://example.com/a?b=c#d",
    "<html>\n\n\n", "``quoted''", "a_b_c", "CamelCaseWord", "x=1;y=2", "e.g. i.e.", "3.14159", "1,234,567", "++i;//  \n", "▁", "▁▁a",
    "<0x41>", "<0xE2>", "Ġ", "##ing", "</w>", "<unk>", "[UNK]", "|", "Ċ",
]  # fmt: skip


def lexicon() -> dict[str, list[str]]:
    """The invented words of each script; the same on every run, so that trained merges meet them again."""
    dice = random.Random(LEXICON_SEED)

    def word(alphabet: str) -> str:
        return "".join(dice.choices(alphabet, k=min(dice.randint(1, 9), dice.randint(1, 9))))

    return {script: [word(alphabet) for _ in range(WORDS_PER_SCRIPT)] for script, alphabet in ALPHABETS.items()}


LEXICON = lexicon()
# How often a word is used: a few words make most of a text.
FREQUENCIES = [1 / rank for rank in range(1, WORDS_PER_SCRIPT + 1)]


class Writer:
    """An endless seeded source of texts; `markers` are added tokens to be scattered in them."""

    def __init__(self, seed: int | str, markers: Sequence[str] = ()):
        self._dice = random.Random(seed)
        self._markers = list(markers) or ["<none>"]
        self._pieces: list[tuple[Callable[[], str], int]] = [
            (self._phrase, 30),
            (self._words_in_case, 8),
            (self._run_of_one, 4),
            (lambda: self._some(PUNCTUATION, 4), 8),
            (lambda: self._some(DIGITS[:10], 7), 6),
            (lambda: self._some(DIGITS, 4), 2),
            (lambda: self._some(SPACES, 4), 5),
            (lambda: self._some(" ", 5), 6),
            (lambda: self._some("\r\n", 3), 4),
            (lambda: self._some(INVISIBLE, 2), 2),
            (lambda: self._some(CONTROLS, 3), 2),
            (lambda: self._some(ODD_LETTERS, 3), 4),
            (self._marked_letters, 4),
            (lambda: self._dice.choice(EMOJI), 5),
            (lambda: self._dice.choice(CONTRACTIONS), 4),
            (lambda: self._dice.choice(SYNTAX), 5),
            (self._broken, 2),
            (self._anything, 2),
            (self._marker, 6),
        ]
        self._makers = [maker for maker, _ in self._pieces]
        self._weights = [weight for _, weight in self._pieces]

    def text(self) -> str:
        """Mostly short; one in 500 is a line of some thousand characters."""
        scale = self._dice.random()
        if scale < 0.002:
            return self._long_line()
        pieces = self._dice.choices(self._makers, self._weights, k=1 + int(12 * scale * scale))
        return "".join(make() for make in pieces)

    def texts(self, count: int) -> list[str]:
        return [self.text() for _ in range(count)]

    def sentence(self) -> str:
        """A plainer text, to train on."""
        return " ".join(self._phrase() + self._dice.choice([".", ",", "?", "\n", "", " 2024", "!", "。", "'s"]) for _ in range(3))

    def _some(self, alphabet: str, most: int) -> str:
        return "".join(self._dice.choices(alphabet, k=self._dice.randint(1, most)))

    def _phrase(self) -> str:
        script = self._dice.choice(("latin", "latin", "latin", *ALPHABETS))
        words = self._dice.choices(LEXICON[script], FREQUENCIES, k=self._dice.randint(1, 5))
        return ("" if script in SPACELESS else " ").join(words)

    def _words_in_case(self) -> str:
        change = self._dice.choice((str.upper, str.title, str.swapcase, str.capitalize))
        return self._dice.choice(("", " ")) + change(self._phrase())

    def _run_of_one(self) -> str:
        """One character repeated: long runs are where quadratic algorithms and greedy matches show."""
        return self._dice.choice("aA0 \n-=_.!的ก😀é\u0301\u200d▁") * self._dice.randint(2, 40)

    def _marked_letters(self) -> str:
        base = self._dice.choice(tuple(ALPHABETS))
        return "".join(
            self._dice.choice(ALPHABETS[base]) + self._some(COMBINING, 4) for _ in range(self._dice.randint(1, 3))
        )

    def _broken(self) -> str:
        """What a reader of broken UTF-8 sees; the bytes themselves are given to the program in a test of its own."""
        return broken_bytes(self._dice).decode(errors="replace")

    def _anything(self) -> str:
        """Any code point but surrogates, assigned or not."""
        point = self._dice.choice((self._dice.randrange(0x250, 0xD800), self._dice.randrange(0xE000, 0x110000)))
        return chr(point)

    def _marker(self) -> str:
        marker = self._dice.choice(self._markers)
        return self._dice.choice(("{}", " {} ", "{}{}", "\n{}", "{}x", "x{}", "  {}  ")).replace("{}", marker)

    def _long_line(self) -> str:
        unit = "".join(make() for make in self._dice.choices(self._makers, self._weights, k=3))
        return (unit or "a") * self._dice.randint(50, 300)


def broken_bytes(dice: random.Random) -> bytes:
    return b"".join(dice.choices(BROKEN_UTF8, k=dice.randint(1, 3)))


def sentences(count: int) -> Iterator[str]:
    writer = Writer(LEXICON_SEED)
    return (writer.sentence() for _ in range(count))
