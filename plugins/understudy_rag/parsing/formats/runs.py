"""The text of an Office paragraph, which is cut into runs."""

from __future__ import annotations

from xml.etree import ElementTree as ET


def run_text(paragraph: ET.Element, space: str) -> str:
    """What the runs say. `space` is the XML namespace, in braces."""
    breaks = {f"{space}tab": "\t", f"{space}br": " ", f"{space}cr": " "}
    text, inner = f"{space}t", f"{space}p"
    pieces: list[str] = []
    waiting = list(reversed(paragraph))
    while waiting:
        element = waiting.pop()
        if element.tag == text:
            pieces.append(element.text or "")
        elif element.tag in breaks:
            pieces.append(breaks[element.tag])
        elif element.tag != inner:  # of a text box: it has its own turn
            waiting += reversed(element)
    return "".join(pieces)
