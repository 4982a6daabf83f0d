"""A bar chart as SVG, to be read on white and on black."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

__all__ = ["chart"]

WIDTH, LABEL, ROOM = 760, 190, 90
BAR, GAP, TOP = 22, 10, 54
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #24292f; }
  .title { font-weight: 600; font-size: 15px; }
  .ground { fill: #f6f8fa; }
  .bar { fill: #8c959f; }
  .ours { fill: #0969da; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .ground { fill: #1c2128; }
    .bar { fill: #6e7681; }
    .ours { fill: #4493f8; }
  }
"""
"""It has a ground of its own: the page around it may be dark while the system is light."""


def chart(title: str, bars: Mapping[str, float], ours: str = "amisdk") -> str:
    """Draw a bar for each figure, the longest on top; names that begin with `ours` stand out."""
    longest = max(bars.values())
    height = TOP + len(bars) * (BAR + GAP) + GAP
    drawn = [
        f'  <rect class="ground" width="{WIDTH}" height="{height}" rx="8"/>',
        f'  <text class="title" x="20" y="32">{escape(title)}</text>',
    ]
    for number, (name, figure) in enumerate(sorted(bars.items(), key=lambda bar: -bar[1])):
        y = TOP + number * (BAR + GAP)
        length = (WIDTH - LABEL - ROOM) * figure / longest
        kind = "bar ours" if name.startswith(ours) else "bar"
        middle = y + BAR - 6
        end = LABEL + length + 8
        drawn.append(
            f'  <text x="{LABEL - 10}" y="{middle}" text-anchor="end">{escape(name)}</text>'
        )
        size = f'width="{length:.1f}" height="{BAR}" rx="3"'
        drawn.append(f'  <rect class="{kind}" x="{LABEL}" y="{y}" {size}/>')
        drawn.append(f'  <text x="{end:.1f}" y="{middle}">{figure:,.0f}</text>')
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-label="{escape(title, quote=True)}">\n  <style>{STYLE}  </style>\n'
    )
    return head + "\n".join(drawn) + "\n</svg>\n"
