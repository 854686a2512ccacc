"""What `{% generation %}` blocks wrote: our spans beside those of `transformers`."""

import pathlib

import pytest
from transformers.utils.chat_template_utils import render_jinja_template

import subject
from conversations import conversations

FAMILIES = pathlib.Path(__file__).resolve().parent / "families"
COUNT = 100
SEED = 3
NESTED = """é{% macro twice(m) %}{% generation %}{{ m.content }}{% endgeneration %}!{% endmacro %}
{% for m in messages %}[{{ twice(m) }}{% set x %}-{% generation %}{{ m.role }}{% endgeneration %}{% endset %}{{ x }}]
{% generation %}a{% generation %}b{% endgeneration %}{% endgeneration %}{% filter upper %}{% generation %}c{% endgeneration %}{% endfilter %}
{{ 'ab' + twice(m) }}{{ 'ab' ~ twice(m) }}{{ [twice(m), twice(m)]|join('-') }}
{% endfor %}"""
SOURCES = {
    path.stem: path.read_text() for path in sorted(FAMILIES.glob("*.jinja")) if "endgeneration" in path.read_text()
} | {"nested": NESTED}


@pytest.mark.parametrize("name", SOURCES)
def test_spans_are_those_of_transformers(name: str, tmp_path: pathlib.Path):
    path = tmp_path / "template.jinja"
    path.write_text(SOURCES[name])
    suitable = 0
    drawn = [each for each in conversations(SEED, COUNT) if "continue_final_message" not in each]
    for arguments, have in zip(drawn, subject.render(path, drawn, "--generated"), strict=True):
        try:
            rendered, spans = render_jinja_template(
                [without_nulls(arguments["messages"])],
                chat_template=SOURCES[name],
                return_assistant_tokens_mask=True,
                **{key: value for key, value in arguments.items() if key != "messages"},
            )
        except Exception:
            assert have.error is not None
            continue
        suitable += 1
        assert have.prompt == rendered[0]
        assert have.generated == [list(span) for span in spans[0]]
    assert suitable > 0


def without_nulls(messages: list[dict]) -> list[dict]:
    return [{key: value for key, value in message.items() if value is not None} for message in messages]
