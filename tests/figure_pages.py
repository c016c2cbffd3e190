"""Pages with figures, and the script that finds texts which overflow."""

from __future__ import annotations

from torchview_docs.drawing.svg import stylesheet


def page(content: str, *, attributes: str = "", css: str = "") -> str:
    style = f"<style>body {{ margin: 8px }} {stylesheet()} {css}</style>"
    head = f'<!doctype html><html lang="en" {attributes}><meta charset="utf-8"><title>t</title>{style}'
    return f"{head}<body>{content}</body></html>"


#: Every text that reaches beyond the box that it belongs to, or into another text.
OVERFLOWS = """
const found = [], slack = arguments[0];
const inside = (box, area) => box.left >= area.left - slack && box.right <= area.right + slack
    && box.top >= area.top - slack && box.bottom <= area.bottom + slack;
const boxes = text => [...text.childNodes].filter(n => n.textContent.trim()).map(n => {
  const range = document.createRange(); range.selectNodeContents(n); return range.getBoundingClientRect();
});
const say = (text, why) => found.push(`${text.textContent}: ${why}`);
for (const figure of document.querySelectorAll('svg.tv')) {
  const whole = figure.getBoundingClientRect(), all = [];
  for (const text of figure.querySelectorAll('text')) {
    const parts = boxes(text);
    all.push(...parts.map(part => [text, part]));
    let rect = null;
    for (let g = text.parentNode; g !== figure && !rect; g = g.parentNode)
      if (!g.matches('.tv-labels, .tv-frames, .tv-cards')) rect = g.querySelector(':scope > rect');
    if (!rect && text.closest('.tv-frames')) {
      rect = text.previousElementSibling;
      while (rect && rect.tagName !== 'rect') rect = rect.previousElementSibling;
    }
    const area = (rect ?? figure).getBoundingClientRect();
    if (!parts.every(part => inside(part, area))) say(text, rect ? 'out of its box' : 'out of the figure');
  }
  for (let i = 0; i < all.length; i++)
    for (let k = i + 1; k < all.length; k++) {
      const [a, b] = [all[i][1], all[k][1]];
      const over = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const under = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (over > slack && under > 3) say(all[i][0], `over “${all[k][0].textContent}”`);
    }
}
return found;
"""
