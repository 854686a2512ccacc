#!/usr/bin/env python3
"""expressions.py COUNT SEED | FILE: prints templates with what jinja2 makes of them: such as are drawn by lot, or those
of FILE, one in each line, where ¶ stands for the end of a line.

One JSON object in each line, as src/jinja/cases_test.cpp reads them. What is kept:
  tests/templates/expressions.py 2500 1 > src/jinja/testdata/cases.jsonl
  tests/templates/expressions.py tests/templates/written.txt > src/jinja/testdata/written.jsonl
"""

import copy
import json
import pathlib
import random
import re
import sys
import warnings
from collections.abc import Iterator

import jinja2
from jinja2.ext import loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

VARIABLES = {
    "i": 7, "z": 0, "neg": -13, "f": 2.5, "tiny": 1e-05, "huge": 1e22, "t": True, "no": False, "nil": None,
    "s": "Hello, World", "e": "", "u": "Zürich 你好 😀 ß İ ǆ", "lines": " one\ttwo\n\nthree \r\n four ",
    "q": "it's \"q\" \\ \x01\x7f",
    "digits": "0042", "real": " -1.5e3 ", "xs": [3, 1, 2, 1], "ws": ["b", "A", "c", "a"],
    "mixed": [1, "1", 1.0, None, True],
    "none_left": [], "d": {"b": 2, "a": 1, "C": 3},
    "nested": {"k": {"x": [1, {"y": "deep"}]}, "items": "own"},
    "people": [{"name": "Ann", "age": 30}, {"name": "bob", "age": 25}, {"name": "Cy", "age": 30}, {"age": 1}],
    "big": 9007199254740993, "html": "<a href=\"x\">&'</a>",
}
TEXTS = [
    "s", "e", "u", "lines", "q", "digits", "real", "html", "'abc'", "'a,b,,c'", "'  x '", "\"it's\"",
    "'%s-%s'", "'é\\n'",
]
NUMBERS = [
    "i", "z", "neg", "f", "tiny", "huge", "t", "no", "big", "1", "-2", "0", "3.0", "0.1", "1e3", "12345",
    "100",
]
SMALL = ["i", "z", "neg", "f", "t", "2", "-2", "0.5", "-1", "10", "1.5", "'a'", "missing"]
LISTS = [
    "xs", "ws", "mixed", "none_left", "people", "[1, 2]", "('a',)", "[]", "()", "range(4)", "[[1, 2], [3]]",
    "(1, 'b', none)", "'abc'|list",
]
DICTS = ["d", "nested", "{}", "{'k': 1, 2: 'v'}", "people[0]", "dict(a=1, b='x')"]
OTHERS = ["nil", "missing", "none", "true", "d.nope", "xs[9]", "d.items()", "d.keys()", "namespace(a=1)"]
BINARY = ["+", "-", "*", "/", "//", "%", "~", "==", "!=", "<", "<=", ">", ">=", "in", "not in", "and", "or"]
TEXT_METHODS = [
    "upper()", "lower()", "strip()", "lstrip()", "rstrip('x ')", "strip('l')", "title()", "capitalize()",
    "swapcase()", "split()", "split(',')",
    "split(',', 1)", "rsplit(' ', 1)", "rsplit()", "splitlines()", "splitlines(true)", "startswith('H')",
    "endswith(('d', 'o'))",
    "find('o')", "rfind('o', 0, -2)", "index('l')", "count('l')", "count('')", "replace('l', 'LL')",
    "replace('', '-', 3)", "isdigit()",
    "isalpha()", "isalnum()", "isspace()", "isupper()", "islower()", "istitle()", "isnumeric()",
    "isdecimal()", "isidentifier()",
    "isprintable()", "isascii()", "zfill(8)", "center(15, '*')", "ljust(12)", "rjust(12, '.')",
    "partition(' ')", "rpartition(',')",
    "removeprefix('He')", "removesuffix('ld')", "expandtabs(4)", "join(['x', 'y'])", "join('abc')",
    "format(1, a=2)", "casefold()", "split('', 2)",
    "encode", "nope", "__class__",
]
LIST_METHODS = ["count(1)", "index(2)", "index('zz')", "append(1)", "copy()", "pop()", "sort()", "nope"]
DICT_METHODS = [
    "items()", "keys()", "values()", "get('a')", "get('zz', 5)", "get(1)", "copy()", "update({})", "pop('a')",
    "items", "a", "nope", "items()|list",
]
FILTERS = [
    "upper", "lower", "trim", "title", "capitalize", "length", "count", "first", "last", "reverse|list",
    "reverse", "list", "string", "int", "int(5)", "int(0, 16)",
    "float", "float(1.5)", "abs", "round", "round(1)", "round(-1)", "round(1, 'floor')", "round(0, 'ceil')",
    "tojson", "tojson(indent=2)", "tojson(true)",
    "tojson(separators=(',', ':'))", "tojson(sort_keys=true)", "tojson(indent=0)", "tojson(indent='\\t')",
    "join", "join(', ')", "join('-', attribute='name')", "sort", "sort(reverse=true)",
    "sort(attribute='age')", "sort(attribute='age,name')", "sort(case_sensitive=true)", "unique|list",
    "unique(true)|list", "min", "max", "sum",
    "sum(start=10)", "sum('age')", "batch(2)|list", "batch(3, 'x')|list", "slice(2)|list", "slice(3, 0)|list",
    "dictsort", "dictsort(by='value')",
    "dictsort(true, reverse=true)", "items|list", "default('D')", "default('D', true)", "d",
    "replace('a', 'b')", "replace('o', 0, 1)", "indent", "indent(2, true)",
    "indent('> ', blank=true)", "truncate(5)", "truncate(8, true)", "truncate(3, end='')", "wordcount",
    "center(20)", "map('upper')|list", "map(attribute='name')|list",
    "map(attribute='name', default='?')|list", "map('string')|join", "select|list", "select('odd')|list",
    "reject('none')|list", "selectattr('name')|list",
    "selectattr('age', 'gt', 26)|list", "rejectattr('name', 'defined')|list", "groupby('age')",
    "groupby('age')|map('first')|list", "map('int')|list",
    "format(1)", "format('x', 2)", "urlencode", "filesizeformat", "filesizeformat(true)", "xmlattr",
    "attr('upper')", "attr('a')", "pprint", "nofilter", "map('nofilter')|list", "list|length",
]
TESTS = [
    "defined", "undefined", "none", "string", "mapping", "sequence", "iterable", "number", "integer", "float",
    "boolean", "true", "false", "odd", "even",
    "divisibleby 3", "divisibleby(2)", "eq 7", "ne('abc')", "gt 3", "lt(10)", "ge 2.5", "le 'b'",
    "in [1, 7, 'abc']", "in('xHello')", "sameas none", "sameas true",
    "lower", "upper", "callable", "escaped", "filter", "test", "equalto(2)", "greaterthan 1", "notest",
]
SLICED = [
    "s", "u", "q", "lines", "xs", "ws", "mixed", "people", "d", "i", "nil", "missing", "nested.k.x",
    "range(i)",
]
FORMATS = [
    "'%s|%r' % ({0}, {1})", "'%d' % {0}", "'%5.2f|%-8s|' % ({0}, {1})", "'%x %o %X' % ({0}, {0}, {0})",
    "'%+05d' % {0}", "'%g|%e' % ({0}, {0})", "'%s' % {0}",
    "'%(a)s %(b)03d' % {0}", "'%%%c' % {0}", "'%.2s|%6.3s' % ({0}, {1})", "'%*d' % (5, {0})",
    "'%#x|% d' % ({0}, {0})", "'{{}} {{}}'.format({0}, {1})",
    "'{{0}} {{1}} {{0}}'.format({0}, {1})", "'{{:>10}}|{{:<5}}|'.format({0}, {1})",
    "'{{:^9}}|{{:*^9}}'.format({0}, {1})", "'{{:,}} {{:_}}'.format({0}, {1})",
    "'{{:.2f}} {{:08.3f}}'.format({0}, {1})", "'{{:x}} {{:#b}} {{:o}}'.format({0}, {0}, {0})",
    "'{{!r}} {{!s}}'.format({0}, {1})", "'{{a}} {{b[0]}}'.format(a={0}, b={1})",
    "'{{:+}} {{: }} {{:05}}'.format({0}, {0}, {0})", "'{{:{{w}}}}'.format({0}, w=6)",
    "'{{:.3}} {{:e}} {{:g}} {{:%}}'.format({0}, {0}, {0}, {0})", "'{0}'.format()",
    "'{{.x}} {{[0]}}'.format({0}, {1})",
]


SUBSCRIPTS = ["0", "-1", "1", "99", "'a'", "'name'", "none", "1.0", "true"]
BOUNDS = ["", "0", "1", "-1", "2", "-3", "9", "i", "none", "'a'"]
STEPS = ["", "1", "-1", "2", "-2", "0"]

# In these, $ and a name stand for something drawn anew each time; tags get signs of white space by lot.
EXPRESSIONS = [
    "$number $operator $number", "$small ** $small", "$part $operator $part", "$part $operator $part",
    "$atom $operator $atom $operator $atom", "($text).$text_method", "($text).$text_method",
    "($list).$list_method", "($dict).$dict_method", "$part.$text_method",
    "$part|$filter", "$part|$filter", "$part|$filter", "$part|$filter",
    "$part is $test", "$part is not $test", "$part[$subscript]", "$part.$member", "$sliced[$bound:$bound]",
    "$sliced[$bound:$bound:$step]", "$part if $part else $part", "$part if $part", "$sign$part", "[]", "($part,)",
    "[$part, $part]", "($part, $part, $atom)", "{$atom: $part, $text: $part}", "$format", "$format",
]
STATEMENTS = [
    "{% if $expression %}$body{% elif $expression %}$body{% else %}$body{% endif %}",
    "{% for a in $atom$loop_test %}{{ a }}{{ $loop }}$body{% else %}$body{% endfor %}",
    "{% for a in range(4) %}{% if a == $digit %}{% $control %}{% endif %}{{ a }}$body{% else %}E{% endfor %}",
    "{% for a in [1, [2, [3]]] recursive %}{{ loop.depth }}"
    "{% if a is iterable %}({{ loop(a) }}){% else %}{{ a }}{% endif %}{% endfor %}$body",
    "{% for k, v in d|dictsort %}{{ k }}={{ v }};{% endfor %}{% set a, b = $pair %}{{ a }}$body",
    "{% set ns = namespace(n=0) %}{% for a in $list %}{% set ns.n = ns.n + 1 %}{% set b = a %}{% endfor %}"
    "{{ ns.n }}{{ b }}$body",
    "{% set $name = $expression %}{{ $name }}$body",
    "{% set $name %}$body{% endset %}{{ $name }}",
    "{% macro m($parameters) %}[{{ x }}{{ y }}$extra$body]{% endmacro %}{{ m($arguments) }}",
    "{% macro w(n) %}<{{ caller(n) }}{{ n }}>{% endmacro %}{% call(v) w(3) %}{{ v }}$body{% endcall %}",
    "{% filter $block_filter %}$body{% endfilter %}",
    "{% with a = $expression, b = a %}{{ a }}{{ b }}$body{% endwith %}{{ a }}",
    "$space{# comment #}$space{{- $expression -}}{% raw %}{{ x }}{% endraw %}$body",
]
WORDS = {
    "number": NUMBERS, "small": SMALL, "text": TEXTS, "list": LISTS, "dict": DICTS, "sliced": SLICED,
    "operator": BINARY, "text_method": TEXT_METHODS, "list_method": LIST_METHODS, "dict_method": DICT_METHODS,
    "filter": FILTERS, "test": TESTS, "subscript": SUBSCRIPTS, "bound": BOUNDS, "step": STEPS,
    "member": ["a", "k.x", "name", "0", "items", "length", "nope.more"],
    "sign": ["-", "+", "not ", "- -"],
    "loop_test": ["", "", " if a", " if a is string", " if loop is defined"],
    "loop": ["loop.index", "loop.last", "loop.revindex0", "loop.length", "loop.previtem", "loop.nextitem",
             "loop.cycle('x', 'y')", "loop.changed(a)", "a"],
    "digit": ["0", "1", "2"],
    "control": ["break", "continue"],
    "pair": ["1, 2", "xs", "s", "(3, 4)", "[5]"],
    "name": ["a", "b", "i", "s"],
    "parameters": ["x", "x, y=2", "x, y=x", "", "x='d'"],
    "arguments": ["1", "1, 2", "", "x=3", "y=1, x=2", "1, 2, 3", "z=1", "*[1]", "**{'x': 5}"],
    "extra": ["", "", "{{ varargs }}", "{{ kwargs }}", "{{ caller is defined }}"],
    "block_filter": ["upper", "trim", "indent(2)", "replace(1, 2)|title"],
    "space": ["", "", " ", "\n", "\n  ", "  \n", "text"],
}


class Draw:
    """Draws expressions and templates; the same seed, the same ones."""

    def __init__(self, seed: int):
        self.random = random.Random(seed)

    def atom(self) -> str:
        group = self.random.choices([TEXTS, NUMBERS, LISTS, DICTS, OTHERS], [4, 4, 3, 2, 1])[0]
        return self.random.choice(group)

    def expression(self, depth: int) -> str:
        return self.filled(self.random.choice(EXPRESSIONS), depth) if depth > 0 else self.atom()

    def statement(self, depth: int) -> str:
        form = self.random.choice(STATEMENTS)
        form = re.sub(r"\{% ", lambda _: "{%" + self.random.choice(["", "-", "+"]) + " ", form)
        form = re.sub(r" %\}", lambda _: " " + self.random.choice(["", "", "-", "+"]) + "%}", form)
        return self.filled(form, depth)

    def filled(self, form: str, depth: int) -> str:
        return re.sub(r"\$([a-z_]+)", lambda found: self.word(found[1], depth), form)

    def word(self, name: str, depth: int) -> str:
        if name in WORDS:
            return self.random.choice(WORDS[name])
        if name == "atom":
            return self.atom()
        if name == "expression":
            return self.expression(1)
        if name == "format":
            shown = NUMBERS + TEXTS + LISTS + OTHERS[:3] + DICTS[:1]
            return self.random.choice(FORMATS).format(self.random.choice(shown), self.atom())
        if name == "part":
            inner = self.expression(depth - 1)
            return inner if re.fullmatch(r"[\w.']+", inner) else f"({inner})"
        assert name == "body", name
        inside = self.statement(depth - 1) if depth > 0 else f"{{{{ {self.expression(1)} }}}}"
        return self.random.choice(WORDS["space"]) + inside + self.random.choice(WORDS["space"])

    def template(self) -> str:
        return self.statement(2) if self.random.random() < 0.3 else f"{{{{ {self.expression(2)} }}}}"


def dumps(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def environment(optimized: bool) -> ImmutableSandboxedEnvironment:
    made = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols], optimized=optimized
    )
    made.filters["tojson"] = dumps
    return made


def render(env: ImmutableSandboxedEnvironment, source: str) -> dict:
    try:
        return {"want": env.from_string(source).render(**copy.deepcopy(VARIABLES))}
    except Exception as error:
        return {"fails": f"{type(error).__name__}: {error}"}


def case(source: str) -> dict | None:
    """The template and its rendering; nothing for those that nobody can be held to: with addresses in the text, or
    with another meaning once jinja2 has folded their constants."""
    want = render(OPTIMIZED, source)
    text = want.get("want", "")
    addresses = re.search(r"0x[0-9a-f]{6,}|<(function|class|built-in|bound)", text)
    surrogates = text != text.encode(errors="replace").decode()
    if addresses or surrogates or len(text) > 2000 or want != render(PLAIN, source):
        return None
    return {"template": source} | want


KEPT_FAILURES = 0.3
"""The share of templates that fail, half of all those drawn, that is worth a test."""

OPTIMIZED = environment(True)
PLAIN = environment(False)


def drawn(count: int, seed: int) -> Iterator[dict]:
    draw = Draw(seed)
    while count > 0:
        made = case(draw.template())
        if made and ("want" in made or draw.random.random() < KEPT_FAILURES):
            yield made
            count -= 1


def written(path: pathlib.Path) -> Iterator[dict]:
    for line in path.read_text().splitlines():
        made = case(line.replace("¶", "\n"))
        assert made, f"nobody can be held to {line}"
        yield made


def main() -> None:
    warnings.simplefilter("ignore")
    print(json.dumps(VARIABLES, ensure_ascii=False))
    rows = drawn(int(sys.argv[1]), int(sys.argv[2])) if len(sys.argv) > 2 else written(pathlib.Path(sys.argv[1]))
    for made in rows:
        print(json.dumps(made, ensure_ascii=False))


if __name__ == "__main__":
    main()
