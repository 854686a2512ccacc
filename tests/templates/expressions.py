#!/usr/bin/env python3
"""expressions.py COUNT SEED: draws templates by lot and prints them with what jinja2 makes of them.

One JSON object in each line, as src/jinja/cases_test.cpp reads them. The short form that is kept:
  tests/templates/expressions.py 3000 1 > src/jinja/testdata/cases.jsonl
"""

import copy
import json
import random
import re
import sys
import warnings

import jinja2
from jinja2.ext import loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

VARIABLES = {
    "i": 7, "z": 0, "neg": -13, "f": 2.5, "tiny": 1e-05, "huge": 1e22, "t": True, "no": False, "nil": None,
    "s": "Hello, World", "e": "", "u": "Zürich 你好 😀 ß İ ǆ", "lines": " one\ttwo\n\nthree \r\n four ", "q": "it's \"q\" \\ \x01\x7f",
    "digits": "0042", "real": " -1.5e3 ", "xs": [3, 1, 2, 1], "ws": ["b", "A", "c", "a"], "mixed": [1, "1", 1.0, None, True],
    "none_left": [], "d": {"b": 2, "a": 1, "C": 3}, "nested": {"k": {"x": [1, {"y": "deep"}]}, "items": "own"},
    "people": [{"name": "Ann", "age": 30}, {"name": "bob", "age": 25}, {"name": "Cy", "age": 30}, {"age": 1}],
    "big": 9007199254740993, "html": "<a href=\"x\">&'</a>",
}
TEXTS = ["s", "e", "u", "lines", "q", "digits", "real", "html", "'abc'", "'a,b,,c'", "'  x '", "\"it's\"", "'%s-%s'", "'é\\n'"]
NUMBERS = ["i", "z", "neg", "f", "tiny", "huge", "t", "no", "big", "1", "-2", "0", "3.0", "0.1", "1e3", "12345", "100"]
SMALL = ["i", "z", "neg", "f", "t", "2", "-2", "0.5", "-1", "10", "1.5", "'a'", "missing"]
LISTS = ["xs", "ws", "mixed", "none_left", "people", "[1, 2]", "('a',)", "[]", "()", "range(4)", "[[1, 2], [3]]", "(1, 'b', none)", "'abc'|list"]
DICTS = ["d", "nested", "{}", "{'k': 1, 2: 'v'}", "people[0]", "dict(a=1, b='x')"]
OTHERS = ["nil", "missing", "none", "true", "d.nope", "xs[9]", "d.items()", "d.keys()", "namespace(a=1)"]
BINARY = ["+", "-", "*", "/", "//", "%", "~", "==", "!=", "<", "<=", ">", ">=", "in", "not in", "and", "or"]
TEXT_METHODS = [
    "upper()", "lower()", "strip()", "lstrip()", "rstrip('x ')", "strip('l')", "title()", "capitalize()", "swapcase()", "split()", "split(',')",
    "split(',', 1)", "rsplit(' ', 1)", "rsplit()", "splitlines()", "splitlines(true)", "startswith('H')", "endswith(('d', 'o'))",
    "find('o')", "rfind('o', 0, -2)", "index('l')", "count('l')", "count('')", "replace('l', 'LL')", "replace('', '-', 3)", "isdigit()",
    "isalpha()", "isalnum()", "isspace()", "isupper()", "islower()", "istitle()", "isnumeric()", "isdecimal()", "isidentifier()",
    "isprintable()", "isascii()", "zfill(8)", "center(15, '*')", "ljust(12)", "rjust(12, '.')", "partition(' ')", "rpartition(',')",
    "removeprefix('He')", "removesuffix('ld')", "expandtabs(4)", "join(['x', 'y'])", "join('abc')", "format(1, a=2)", "casefold()", "split('', 2)",
    "encode", "nope", "__class__",
]
LIST_METHODS = ["count(1)", "index(2)", "index('zz')", "append(1)", "copy()", "pop()", "sort()", "nope"]
DICT_METHODS = ["items()", "keys()", "values()", "get('a')", "get('zz', 5)", "get(1)", "copy()", "update({})", "pop('a')", "items", "a", "nope", "items()|list"]
FILTERS = [
    "upper", "lower", "trim", "title", "capitalize", "length", "count", "first", "last", "reverse|list", "reverse", "list", "string", "int", "int(5)", "int(0, 16)",
    "float", "float(1.5)", "abs", "round", "round(1)", "round(-1)", "round(1, 'floor')", "round(0, 'ceil')", "tojson", "tojson(indent=2)", "tojson(true)",
    "tojson(separators=(',', ':'))", "tojson(sort_keys=true)", "tojson(indent=0)", "tojson(indent='\\t')", "join", "join(', ')", "join('-', attribute='name')", "sort", "sort(reverse=true)",
    "sort(attribute='age')", "sort(attribute='age,name')", "sort(case_sensitive=true)", "unique|list", "unique(true)|list", "min", "max", "sum",
    "sum(start=10)", "sum('age')", "batch(2)|list", "batch(3, 'x')|list", "slice(2)|list", "slice(3, 0)|list", "dictsort", "dictsort(by='value')",
    "dictsort(true, reverse=true)", "items|list", "default('D')", "default('D', true)", "d", "replace('a', 'b')", "replace('o', 0, 1)", "indent", "indent(2, true)",
    "indent('> ', blank=true)", "truncate(5)", "truncate(8, true)", "truncate(3, end='')", "wordcount", "center(20)", "map('upper')|list", "map(attribute='name')|list",
    "map(attribute='name', default='?')|list", "map('string')|join", "select|list", "select('odd')|list", "reject('none')|list", "selectattr('name')|list",
    "selectattr('age', 'gt', 26)|list", "rejectattr('name', 'defined')|list", "groupby('age')", "groupby('age')|map('first')|list", "map('int')|list",
    "format(1)", "format('x', 2)", "urlencode", "filesizeformat", "filesizeformat(true)", "xmlattr", "attr('upper')", "attr('a')", "pprint", "nofilter", "map('nofilter')|list", "list|length",
]
TESTS = [
    "defined", "undefined", "none", "string", "mapping", "sequence", "iterable", "number", "integer", "float", "boolean", "true", "false", "odd", "even",
    "divisibleby 3", "divisibleby(2)", "eq 7", "ne('abc')", "gt 3", "lt(10)", "ge 2.5", "le 'b'", "in [1, 7, 'abc']", "in('xHello')", "sameas none", "sameas true",
    "lower", "upper", "callable", "escaped", "filter", "test", "equalto(2)", "greaterthan 1", "notest",
]
SLICED = ["s", "u", "q", "lines", "xs", "ws", "mixed", "people", "d", "i", "nil", "missing", "nested.k.x", "range(i)"]
FORMATS = [
    "'%s|%r' % ({0}, {1})", "'%d' % {0}", "'%5.2f|%-8s|' % ({0}, {1})", "'%x %o %X' % ({0}, {0}, {0})", "'%+05d' % {0}", "'%g|%e' % ({0}, {0})", "'%s' % {0}",
    "'%(a)s %(b)03d' % {0}", "'%%%c' % {0}", "'%.2s|%6.3s' % ({0}, {1})", "'%*d' % (5, {0})", "'%#x|% d' % ({0}, {0})", "'{{}} {{}}'.format({0}, {1})",
    "'{{0}} {{1}} {{0}}'.format({0}, {1})", "'{{:>10}}|{{:<5}}|'.format({0}, {1})", "'{{:^9}}|{{:*^9}}'.format({0}, {1})", "'{{:,}} {{:_}}'.format({0}, {1})",
    "'{{:.2f}} {{:08.3f}}'.format({0}, {1})", "'{{:x}} {{:#b}} {{:o}}'.format({0}, {0}, {0})", "'{{!r}} {{!s}}'.format({0}, {1})", "'{{a}} {{b[0]}}'.format(a={0}, b={1})",
    "'{{:+}} {{: }} {{:05}}'.format({0}, {0}, {0})", "'{{:{{w}}}}'.format({0}, w=6)", "'{{:.3}} {{:e}} {{:g}} {{:%}}'.format({0}, {0}, {0}, {0})", "'{0}'.format()", "'{{.x}} {{[0]}}'.format({0}, {1})",
]


class Draw:
    """Draws expressions and templates; the same seed, the same ones."""

    def __init__(self, seed: int):
        self.random = random.Random(seed)

    def atom(self) -> str:
        group = self.random.choices([TEXTS, NUMBERS, LISTS, DICTS, OTHERS], [4, 4, 3, 2, 1])[0]
        return self.random.choice(group)

    def expression(self, depth: int = 2) -> str:
        if depth == 0:
            return self.atom()
        return self.random.choice(
            [self.binary, self.binary, self.method, self.filtered, self.filtered, self.tested, self.subscript, self.choice, self.unary, self.literal, self.formatted, self.chain]
        )(depth)

    def part(self, depth: int) -> str:
        inner = self.expression(depth - 1)
        return inner if re.fullmatch(r"[\w.']+", inner) else f"({inner})"

    def binary(self, depth: int) -> str:
        kind = self.random.random()
        if kind < 0.1:  # of small numbers, or Python would be at it for hours
            return f"{self.random.choice(SMALL)} ** {self.random.choice(SMALL)}"
        if kind < 0.4:
            return f"{self.random.choice(NUMBERS)} {self.random.choice(BINARY)} {self.random.choice(NUMBERS)}"
        return f"{self.part(depth)} {self.random.choice(BINARY)} {self.part(depth)}"

    def chain(self, depth: int) -> str:
        return f"{self.atom()} {self.random.choice(BINARY)} {self.atom()} {self.random.choice(BINARY)} {self.atom()}"

    def method(self, depth: int) -> str:
        group, methods = self.random.choice([(TEXTS, TEXT_METHODS), (TEXTS, TEXT_METHODS), ([each for each in LISTS if "range" not in each], LIST_METHODS), (DICTS, DICT_METHODS)])
        owner = self.random.choice(group) if self.random.random() < 0.8 else self.part(depth)
        return f"({owner}).{self.random.choice(methods)}"

    def filtered(self, depth: int) -> str:
        return f"{self.part(depth)}|{self.random.choice(FILTERS)}"

    def tested(self, depth: int) -> str:
        negation = self.random.choice(["", "not "])
        return f"{self.part(depth)} is {negation}{self.random.choice(TESTS)}"

    def subscript(self, depth: int) -> str:
        bound = lambda: self.random.choice(["", "0", "1", "-1", "2", "-3", "9", "i", "none", "'a'"])
        kind = self.random.randrange(4)
        owner = self.part(depth)
        if kind == 0:
            return f"{owner}[{self.random.choice(['0', '-1', '1', '99', repr('a'), repr('name'), 'none', '1.0', 'true'])}]"
        if kind == 1:
            return f"{owner}.{self.random.choice(['a', 'k.x', 'name', '0', 'items', 'length', 'nope.more'])}"
        owner = self.random.choice(SLICED)  # no constants: jinja2 folds wrong slices of those to nothing
        if kind == 2:
            return f"{owner}[{bound()}:{bound()}]"
        return f"{owner}[{bound()}:{bound()}:{self.random.choice(['', '1', '-1', '2', '-2', '0'])}]"

    def choice(self, depth: int) -> str:
        otherwise = f" else {self.part(depth)}" if self.random.random() < 0.8 else ""
        return f"{self.part(depth)} if {self.part(depth)}{otherwise}"

    def unary(self, depth: int) -> str:
        return f"{self.random.choice(['-', '+', 'not ', '- -'])}{self.part(depth)}"

    def literal(self, depth: int) -> str:
        parts = [self.expression(depth - 1) for _ in range(self.random.randrange(4))]
        if self.random.random() < 0.3:
            return "{" + ", ".join(f"{self.random.choice(NUMBERS + TEXTS)}: {part}" for part in parts) + "}"
        return f"[{', '.join(parts)}]" if self.random.random() < 0.6 else f"({', '.join(parts)},)"

    def formatted(self, depth: int) -> str:
        form = self.random.choice(FORMATS)
        return form.format(self.random.choice(NUMBERS + TEXTS + LISTS + OTHERS[:3] + DICTS[:1]), self.atom())

    def statement(self, depth: int) -> str:
        space = lambda: self.random.choice(["", "", " ", "\n", "\n  ", "  \n", "text"])
        tag = lambda inside: f"{{%{self.random.choice(['', '-', '+'])} {inside} {self.random.choice(['', '', '-', '+'])}%}}"
        body = lambda: space() + (self.statement(depth - 1) if depth > 0 else f"{{{{ {self.expression(1)} }}}}") + space()
        name = lambda: self.random.choice(["a", "b", "i", "s"])
        kind = self.random.randrange(13)
        if kind == 0:
            return f"{tag('if ' + self.expression(1))}{body()}{tag('elif ' + self.expression(1))}{body()}{tag('else')}{body()}{tag('endif')}"
        if kind == 1:
            shown = self.random.choice(["loop.index", "loop.last", "loop.revindex0", "loop.length", "loop.previtem", "loop.nextitem", "loop.cycle('x', 'y')", "loop.changed(a)", "a"])
            test = self.random.choice(["", "", " if a", " if a is string", " if loop is defined"])
            return f"{tag(f'for a in {self.atom()}{test}')}{{{{ a }}}}{{{{ {shown} }}}}{body()}{tag('else')}{body()}{tag('endfor')}"
        if kind == 2:
            return f"{tag(f'set {name()} = {self.expression(1)}')}{{{{ {name()} }}}}{body()}"
        if kind == 3:
            return f"{tag(f'set {name()}')}{body()}{tag('endset')}{{{{ {name()} }}}}"
        if kind == 4:
            parameters = self.random.choice(["x", "x, y=2", "x, y=x", "", "x='d'"])
            call = self.random.choice(["1", "1, 2", "", "x=3", "y=1, x=2", "1, 2, 3", "z=1", "*[1]", "**{'x': 5}"])
            extra = self.random.choice(["", "", "{{ varargs }}", "{{ kwargs }}", "{{ caller is defined }}"])
            return f"{tag(f'macro m({parameters})')}[{{{{ x }}}}{{{{ y }}}}{extra}{body()}]{tag('endmacro')}{{{{ m({call}) }}}}"
        if kind == 5:
            return f"{tag('macro w(n)')}<{{{{ caller(n) }}}}{{{{ n }}}}>{tag('endmacro')}{tag('call(v) w(3)')}{{{{ v }}}}{body()}{tag('endcall')}"
        if kind == 6:
            return f"{tag('filter ' + self.random.choice(['upper', 'trim', 'indent(2)', 'replace(1, 2)|title']))}{body()}{tag('endfilter')}"
        if kind == 7:
            return f"{tag(f'with a = {self.expression(1)}, b = a')}{{{{ a }}}}{{{{ b }}}}{body()}{tag('endwith')}{{{{ a }}}}"
        if kind == 8:
            control = self.random.choice(["break", "continue"])
            return f"{tag('for a in range(4)')}{tag('if a == ' + self.random.choice('012'))}{tag(control)}{tag('endif')}{{{{ a }}}}{body()}{tag('else')}E{tag('endfor')}"
        if kind == 9:
            return f"{tag('set ns = namespace(n=0)')}{tag('for a in ' + self.random.choice(LISTS))}{tag('set ns.n = ns.n + 1')}{tag('set b = a')}{tag('endfor')}{{{{ ns.n }}}}{{{{ b }}}}{body()}"
        if kind == 10:
            return f"{tag('for a in [1, [2, [3]]] recursive')}{{{{ loop.depth }}}}{tag('if a is iterable')}({{{{ loop(a) }}}}){tag('else')}{{{{ a }}}}{tag('endif')}{tag('endfor')}{body()}"
        if kind == 11:
            return f"{tag('for k, v in d|dictsort')}{{{{ k }}}}={{{{ v }}}};{tag('endfor')}{tag('set a, b = ' + self.random.choice(['1, 2', 'xs', 's', '(3, 4)', '[5]']))}{{{{ a }}}}{body()}"
        return f"{space()}{{# comment #}}{space()}{{{{- {self.expression(1)} -}}}}{tag('raw')}{{{{ x }}}}{tag('endraw')}{body()}"


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
    if addresses or len(text) > 5000 or text != text.encode(errors="replace").decode() or want != render(PLAIN, source):
        return None
    return {"template": source} | want


OPTIMIZED = environment(True)
PLAIN = environment(False)


def main() -> None:
    count, seed = int(sys.argv[1]), int(sys.argv[2])
    draw = Draw(seed)
    warnings.simplefilter("ignore")
    print(json.dumps(VARIABLES, ensure_ascii=False))
    while count > 0:
        source = draw.statement(2) if draw.random.random() < 0.3 else f"{{{{ {draw.expression()} }}}}"
        made = case(source)
        if made:
            print(json.dumps(made, ensure_ascii=False))
            count -= 1


if __name__ == "__main__":
    main()
