from understudy_rag.markup import html_lines

PAGE = """<!doctype html>
<html><head><title>House</title>
<style>p { color: red }</style><script>if (a < b) alert("<p>no</p>")</script></head>
<body>
<h1>The <em>boiler</em></h1>
<p>It is serviced
   every&nbsp;October &amp; paid
   in cash.</p>
<h2>Costs</h2>
<table><tr><th>item</th><td>900 &euro;</td></tr></table>
<pre>
line one
  line two
</pre>
<ul><li>first<li>second</ul>
last words
</body></html>"""


def shown():
    return [(line.number, line.text, line.heading) for line in html_lines(PAGE) if line.text]


def test_a_page_becomes_its_paragraphs_with_lines_and_headings():
    assert shown() == [
        (2, "House", ""),
        (5, "The boiler", "The boiler"),
        (6, "It is serviced every October & paid in cash.", "The boiler"),
        (9, "Costs", "The boiler > Costs"),
        (10, "item 900 €", "The boiler > Costs"),
        (12, "line one", "The boiler > Costs"),
        (13, "  line two", "The boiler > Costs"),
        (15, "first", "The boiler > Costs"),
        (15, "second", "The boiler > Costs"),
        (16, "last words", "The boiler > Costs"),
    ]


def test_paragraphs_are_parted_by_empty_lines():
    assert [line.text for line in html_lines("<p>a</p><p>b</p>")] == ["a", "", "b", ""]


def test_broken_pages_are_read_as_far_as_they_go():
    for page in ("<p>open <b>never", "</div></p>closed", "a < b <", "<!-- open", "<script>x"):
        html_lines(page)
    assert html_lines("<p>open <b>never</p>closed")[0].text == "open never"
