"""Faults that are sown into files of JSON, to see that a validator finds them."""

import re


def edit(old, new, about):
    """A fault: the first file with `old`, a regular expression, has `new` there instead."""

    def fault(folder):
        for path in sorted(folder.glob("*.json")):
            text = path.read_text(encoding="utf-8")
            changed = re.sub(old, new, text, count=1)
            if changed != text:
                path.write_text(changed, encoding="utf-8")
                return

    fault.__doc__ = about
    return fault
