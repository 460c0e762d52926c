from understudy_rag.parsing.markup import read_html

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


def test_a_page_becomes_its_paragraphs_with_headings(shown):
    assert shown(read_html(PAGE)) == [
        ("House", ""),
        ("The boiler", "The boiler"),
        ("It is serviced every October & paid in cash.", "The boiler"),
        ("Costs", "The boiler > Costs"),
        ("item 900 €", "The boiler > Costs"),
        ("line one", "The boiler > Costs"),
        ("  line two", "The boiler > Costs"),
        ("first", "The boiler > Costs"),
        ("second", "The boiler > Costs"),
        ("last words", "The boiler > Costs"),
    ]


def test_paragraphs_are_parted_by_empty_lines():
    assert read_html("<p>a</p><p>b</p>").text == "a\n\nb\n\n"


def test_broken_pages_are_read_as_far_as_they_go():
    for page in ("<p>open <b>never", "</div></p>closed", "a < b <", "<!-- open", "<script>x"):
        read_html(page)
    assert read_html("<p>open <b>never</p>closed").text.startswith("open never\n")
