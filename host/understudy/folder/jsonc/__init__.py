"""JSON as people write it: `//` and `/* */` comments, trailing commas, a byte order mark.

Everything else is as strict as JSON. Positions are (line, column), both from 1, the column in
characters. The standard library's parser does the reading; what it would not understand is
blanked out first, so that its positions stay true.
"""

from understudy.folder.jsonc.edit import dumps, update
from understudy.folder.jsonc.mistakes import JSONCError
from understudy.folder.jsonc.read import duplicates, loads, locate

__all__ = ["JSONCError", "dumps", "duplicates", "loads", "locate", "update"]
