"""Reads the pages of the project as those do who show them."""

from collections.abc import Iterator

from markdown_it import MarkdownIt


def links_in(page: str) -> Iterator[str]:
    """The targets of the page's links and pictures."""
    for block in MarkdownIt().enable("table").parse(page):
        for token in block.children or ():
            target = token.attrGet("href") or token.attrGet("src")
            if target is not None:
                yield str(target)
