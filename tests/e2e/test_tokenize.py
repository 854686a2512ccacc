"""`dynamo tokenize` and `dynamo detokenize`: what they print, how they stream, and what they refuse."""

import json
import os
import pathlib
import pty
import re
import subprocess

import pytest

from harness.clock import MEMORY_SLACK
from harness.dynamo import BINARY, run
from harness.process import plain_environment
from harness.tokenizer import ENDLESS_TEXT, tokens, write_endless_model, write_model

IDS = {token: number for number, token in enumerate(tokens())}
BEGIN, HELLO, WORLD = IDS["<s>"], IDS["hello"], IDS["Ġworld"]
FAILED, USAGE_ERROR = 1, 2


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(write_model(tmp_path_factory.mktemp("model")))


def output(*arguments: str, stdin: str | None = None) -> str:
    done = run(*arguments, stdin=stdin)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def test_a_table_where_there_is_no_terminal(model: str):
    rows = [line.split() for line in output("tokenize", "--model", model, "hello world").splitlines()]
    assert rows == [
        ["ID", "TOKEN", "TEXT"],
        [str(BEGIN), "<s>"],
        [str(HELLO), "hello", '"hello"'],
        [str(WORLD), "Ġworld", '"', 'world"'],
    ]


def test_colours_on_a_terminal(model: str):
    """Seen by a program that pretends to be one."""
    primary, secondary = pty.openpty()
    with subprocess.Popen(
        [BINARY, "tokenize", "--model", model, "hello\nworld \x1b[2J"], stdout=secondary, env=plain_environment()
    ) as process:
        os.close(secondary)
        shown = b""
        try:
            while piece := os.read(primary, 4096):
                shown += piece
        except OSError:  # the terminal is gone with the process
            pass
        assert process.wait() == 0
    os.close(primary)
    text = shown.decode()
    assert "\x1b[30;48;5;" in text
    assert "\x1b[2J" not in text, "control characters of the text reach the terminal"
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text).replace("\r\n", "\n")
    assert plain.startswith("<s>hello⏎\nworld \\x1b[2J\n")
    assert re.search(r"^\d+ tokens$", plain, re.MULTILINE)


def test_ids_as_json(model: str):
    assert json.loads(output("tokenize", "--model", model, "--json", "hello world")) == [BEGIN, HELLO, WORLD]
    assert json.loads(output("tokenize", "--model", model, "--json", "--no-special-tokens", "hello")) == [HELLO]


def test_several_texts_give_a_line_each(model: str):
    lines = output("tokenize", "--model", model, "--json", "--no-special-tokens", "hello", " world").splitlines()
    assert [json.loads(line) for line in lines] == [[HELLO], [WORLD]]


def test_offsets_are_characters(model: str):
    answer = json.loads(output("tokenize", "--model", model, "--json", "--offsets", "é hello 你"))
    assert answer["tokens"] == ["<s>", "Ã", "©", "Ġ", "hello", "Ġ", "ä", "½", "ł"]
    assert answer["ids"] == [IDS[token] for token in answer["tokens"]]
    assert answer["offsets"] == [[0, 0], [0, 1], [0, 1], [1, 2], [2, 7], [7, 8], [8, 9], [8, 9], [8, 9]]


def test_text_from_files_and_standard_input(model: str, tmp_path: pathlib.Path):
    file = tmp_path / "text.txt"
    file.write_text("hello")
    assert json.loads(output("tokenize", "-m", model, "--json", "-f", str(file))) == [BEGIN, HELLO]
    assert json.loads(output("tokenize", "-m", model, "--json", stdin="hello world")) == [BEGIN, HELLO, WORLD]
    assert json.loads(output("tokenize", "-m", model, "--json", "-f", "-", stdin="hello")) == [BEGIN, HELLO]


def test_the_file_itself_names_the_model(model: str):
    assert json.loads(output("tokenize", "-m", f"{model}/tokenizer.json", "--json", "hello")) == [BEGIN, HELLO]


def test_json_lines(model: str):
    lines = ['"hello world"', json.dumps([HELLO, WORLD]), '"a\\nb"', '""', "[]"]
    answers = [json.loads(line) for line in output("tokenize", "-m", model, "--jsonl", stdin="\n".join(lines) + "\n").splitlines()]
    assert answers == [[BEGIN, HELLO, WORLD], "hello world", [BEGIN, IDS["a"], IDS["Ċ"], IDS["b"]], [BEGIN], ""]


def test_a_conversation_becomes_the_ids_of_its_prompt(model: str):
    line = json.dumps({"messages": [{"role": "user", "content": "hello"}], "add_generation_prompt": True})
    ids = output("tokenize", "-m", model, "--jsonl", stdin=line + "\n")
    prompt = "<s><|turn|>user\nhello<|end|>\n<|turn|>assistant\n"
    assert json.loads(output("detokenize", "-m", model, "--jsonl", stdin=ids)) == prompt


def test_json_lines_with_offsets(model: str):
    (answer,) = map(json.loads, output("tokenize", "-m", model, "--jsonl", "--offsets", stdin='"hello"\n').splitlines())
    assert answer == {"ids": [BEGIN, HELLO], "tokens": ["<s>", "hello"], "offsets": [[0, 0], [0, 5]]}


def test_the_way_there_and_back(model: str):
    texts = ["hello world", "你好 😀", "tab\tand\x00zero", "  spaces  ", "é" * 1000]
    ids = output("tokenize", "-m", model, "--jsonl", stdin="".join(json.dumps(text) + "\n" for text in texts))
    back = output("detokenize", "-m", model, "--jsonl", "--skip-special-tokens", stdin=ids)
    assert [json.loads(line) for line in back.splitlines()] == texts


def test_an_answer_comes_before_the_next_line_is_sent(model: str):
    with subprocess.Popen(
        [BINARY, "tokenize", "-m", model, "--jsonl"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=plain_environment(), text=True,
    ) as process:
        for text, ids in [("hello", [BEGIN, HELLO]), (" world", [BEGIN, WORLD])]:
            process.stdin.write(json.dumps(text) + "\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline()) == ids
        process.stdin.close()
        assert process.wait() == 0


def test_memory_does_not_grow_with_the_number_of_lines(model: str):
    """A million lines would be as good as this many; the limit would not hold a tenth of the text."""
    line = json.dumps("hello world " * 400) + "\n"
    with subprocess.Popen(
        [BINARY, "tokenize", "-m", model, "--jsonl"],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, env=plain_environment(), text=True,
    ) as process:
        def resident() -> int:
            status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
            return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1])

        for _ in range(200):
            process.stdin.write(line)
        process.stdin.flush()
        before = resident()
        for _ in range(4000):
            process.stdin.write(line)
        process.stdin.flush()
        grown = resident() - before
        process.stdin.close()
        assert process.wait() == 0
    assert grown < (8 << 10) + MEMORY_SLACK // 1024, f"{grown} KiB more after 4000 lines"


def test_detokenize(model: str):
    assert output("detokenize", "-m", model, str(HELLO), str(WORLD)) == "hello world\n"
    assert output("detokenize", "-m", model, stdin=f"[{BEGIN}, {HELLO}]\n{WORLD}\n") == "<s>hello world\n"
    assert output("detokenize", "-m", model, "--skip-special-tokens", stdin=f"{BEGIN} {HELLO}") == "hello\n"
    assert json.loads(output("detokenize", "-m", model, "--json", str(HELLO))) == "hello"


def test_text_that_an_error_breaks_off_ends_its_line(model: str):
    done = run("detokenize", "-m", model, str(HELLO), "9999")
    assert (done.returncode, done.stdout) == (USAGE_ERROR, "hello\n")
    assert run("detokenize", "-m", model, "9999", str(HELLO)).stdout == ""


def test_broken_characters_are_replaced(model: str):
    assert output("detokenize", "-m", model, str(IDS["ä"]), str(IDS["½"])) == "�\n"


def test_text_ends_at_a_stop_string(model: str):
    ids = [str(number) for number in (HELLO, WORLD, HELLO)]
    assert output("detokenize", "-m", model, "--stop", "lo wor", *ids) == "hel\n"
    assert output("detokenize", "-m", model, "--stop", "lo wor", "--include-stop", *ids) == "hello wor\n"


@pytest.mark.parametrize(
    ("arguments", "stdin", "code", "message"),
    [
        pytest.param(["tokenize", "text"], "", USAGE_ERROR, r"--model", id="no_model"),
        pytest.param(["tokenize", "-m", "/no/such", "text"], "", FAILED, r"/no/such", id="model_missing"),
        pytest.param(["tokenize", "-m", "MODEL", "-f", "/no/such"], "", FAILED, r"/no/such", id="file_missing"),
        pytest.param(["tokenize", "-m", "MODEL", "-f", "x", "text"], "", USAGE_ERROR, r"not both", id="file_and_text"),
        pytest.param(["tokenize", "-m", "MODEL", "--json", "--jsonl"], "", USAGE_ERROR, r"exclude", id="json_and_jsonl"),
        pytest.param(["tokenize", "-m", "MODEL", "--jsonl"], '"a"\n{"b"\n', USAGE_ERROR, r"<stdin>:2: ", id="not_json"),
        pytest.param(["tokenize", "-m", "MODEL", "--jsonl"], "17\n", USAGE_ERROR, r"<stdin>:1: .*string", id="a_number"),
        pytest.param(["tokenize", "-m", "MODEL", "--jsonl"], '"a"\n\n"b"\n', USAGE_ERROR, r"<stdin>:2: .*empty", id="empty_line"),
        pytest.param(["detokenize", "-m", "MODEL", "--jsonl"], '[1, "a"]\n', USAGE_ERROR, r"<stdin>:1: .*ids", id="no_ids"),
        pytest.param(["detokenize", "-m", "MODEL", "--jsonl"], "[-1]\n", USAGE_ERROR, r"<stdin>:1: ", id="negative_id"),
        pytest.param(["detokenize", "-m", "MODEL", "hello"], "", USAGE_ERROR, r"hello.*not a token id", id="words"),
        pytest.param(["detokenize", "-m", "MODEL", "9999"], "", USAGE_ERROR, r"9999.*not in the vocabulary.*267", id="no_such_id"),
        pytest.param(["detokenize", "-m", "MODEL", "--jsonl"], "[9999]\n", USAGE_ERROR, r"<stdin>:1: .*9999", id="no_such_id_of_a_line"),
        pytest.param(["tokenize", "-m", "", "text"], "", USAGE_ERROR, r"--model.*empty", id="model_without_a_name"),
        pytest.param(["tokenize", "-m", "/etc/passwd", "text"], "", FAILED, r"/etc/passwd.*tokenizer\.json", id="another_file"),
    ],
)
def test_a_mistake_is_named(model: str, arguments: list[str], stdin: str, code: int, message: str):
    done = run(*(model if word == "MODEL" else word for word in arguments), stdin=stdin)
    assert done.returncode == code, done.stdout + done.stderr
    assert re.search(message, done.stderr), done.stderr


@pytest.mark.parametrize(
    ("name", "content", "code", "message"),
    [
        ("tokenizer.json", b"{", FAILED, "tokenizer.json"),
        ("tokenizer.json", b'{"model": {"type": "Riddle"}}', FAILED, "Riddle"),
        ("tokenizer.model", b"\n\x0e\n\x05<unk>\x15\x00\x00\x00\x00", FAILED, "SentencePiece"),
        ("x.gguf", b"GGUF\x03\x00\x00\x00", FAILED, "ends too early"),
        ("x.gguf", b"no gguf at all", FAILED, "not a GGUF file"),
        ("x.tiktoken", b"YQ== 0\n", FAILED, "1 ranks"),
    ],
)
def test_a_model_that_cannot_be_read_is_refused_by_name(
    tmp_path: pathlib.Path, name: str, content: bytes, code: int, message: str
):
    (tmp_path / name).write_bytes(content)
    done = run("tokenize", "-m", str(tmp_path), "text")
    assert done.returncode == code, done.stderr
    assert message in done.stderr
    assert str(tmp_path) in done.stderr


@pytest.mark.parametrize("options", [(), ("--json",), ("--json", "--offsets")])
def test_a_pattern_that_takes_for_ever_is_given_up(tmp_path: pathlib.Path, options: tuple[str, ...]):
    """Rather than split otherwise than the library would, if it were given the time."""
    model = str(write_endless_model(tmp_path / "model"))
    done = run("tokenize", "--model", model, *options, ENDLESS_TEXT)
    assert (done.returncode, done.stdout) == (FAILED, "")
    assert "the pattern (?:h|hh)+b takes too long for a text of 60 bytes" in done.stderr


def test_an_empty_directory_says_what_it_lacks(tmp_path: pathlib.Path):
    done = run("tokenize", "-m", str(tmp_path), "text")
    assert done.returncode == FAILED
    assert "tokenizer.json" in done.stderr


@pytest.mark.parametrize("command", ["tokenize", "template"])
def test_standard_input_that_cannot_be_read_is_an_error(model: str, command: str):
    folder = os.open(model, os.O_RDONLY)
    try:
        done = subprocess.run([BINARY, command, "-m", model], stdin=folder, capture_output=True, text=True, check=False)
    finally:
        os.close(folder)
    assert done.returncode == FAILED
    assert "<stdin>: Is a directory" in done.stderr


def test_a_full_disk_is_an_error(model: str):
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run(
            [BINARY, "tokenize", "-m", model, "--json", "hello"],
            stdout=full, stderr=subprocess.PIPE, text=True, env=plain_environment(), check=False,
        )
    assert done.returncode == FAILED
    assert "standard output" in done.stderr


def test_help_shows_how():
    for command in ("tokenize", "detokenize"):
        text = output(command, "--help")
        assert [flag for flag in ("--model", "--filename", "--json", "--jsonl") if flag not in text] == []
        assert "Exit codes" in text
