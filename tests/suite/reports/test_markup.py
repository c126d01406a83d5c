"""HTML that is made of Python values has nothing in it but what was meant."""

from __future__ import annotations

from tests.harness.reports.markup import Markup, join, tag, visible


def test_plain_text_is_escaped_and_markup_is_not() -> None:
    assert tag("p", "a < b & c", tag("b", '"d"')) == "<p>a &lt; b &amp; c<b>&quot;d&quot;</b></p>"
    assert join("<i>", Markup("<i>")) == "&lt;i&gt;<i>"


def test_attributes_are_escaped_and_named_as_html_names_them() -> None:
    written = tag("a", "x", class_="b", aria_label="\"><img src='x'>", hidden=True, title=None, open=False, tabindex=0)

    assert written == ('<a class="b" aria-label="&quot;&gt;&lt;img src=&#x27;x&#x27;&gt;" hidden tabindex="0">x</a>')


def test_an_element_without_content_is_not_closed() -> None:
    assert tag("meta", charset="utf-8") == '<meta charset="utf-8">'
    assert tag("p") == "<p></p>"


def test_characters_that_nobody_sees_are_written_as_escapes() -> None:
    assert visible("a\x00b\r\u202ec\u200b\ud800\U000e0001\n\té") == (
        "a\\x00b\\x0d\\u202ec\\u200b\\ud800\\U000e0001\n\té"
    )
    assert tag("p", "\x00", title="\x00") == '<p title="\\x00">\\x00</p>'
