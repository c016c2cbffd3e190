"""The script that measures contrasts in a page as it is shown."""

from __future__ import annotations

#: Of all texts, and of all lines, bars, borders and pills of figures, the least contrast with what is
#: behind them, each with what it is: `{text: [4.6, "Conv2d"], line: [3.1, "path.tv-wires"]}`.
CONTRASTS = """
const colour = text => {
  const [r, g, b, a = 1] = text.match(/-?[\\d.]+(e-?\\d+)?/g).map(Number);
  return text.startsWith('color(srgb') ? [255 * r, 255 * g, 255 * b, a] : [r, g, b, a];
};
const over = (below, [r, g, b, a], opacity = 1) =>
    [r, g, b].map((c, k) => c * a * opacity + below[k] * (1 - a * opacity));
const luminance = rgb => rgb.map(c => c / 255)
    .map(c => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)
    .reduce((sum, c, k) => sum + c * [.2126, .7152, .0722][k], 0);
const contrast = (one, other) => {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + .05) / (dark + .05);
};
// What HTML paints behind an element, from the page to its own ancestors.
const page = element => {
  const around = [];
  for (let e = element; e; e = e.parentElement) if (!e.closest('svg')) around.unshift(e);
  return around.reduce((ground, e) => over(ground, colour(getComputedStyle(e).backgroundColor)),
      matchMedia('(forced-colors: active)').matches
        ? colour(getComputedStyle(document.documentElement).backgroundColor).slice(0, 3) : [255, 255, 255]);
};
const least = {text: [99, ''], line: [99, '']};
const say = (kind, ink, ground, what) => {
  const found = contrast(ink, ground);
  if (found < least[kind][0]) least[kind] = [found, what];
};
const names = e => `${e.tagName}.${e.getAttribute('class') ?? ''} in ${e.parentNode.getAttribute('class')}`;
for (const figure of document.querySelectorAll('svg.tv')) {
  const ground0 = page(figure.parentElement);
  const filled = [...figure.querySelectorAll('rect, path:not(.tv-heads), circle')]
      .map(e => [e, getComputedStyle(e), e.getBoundingClientRect()])
      .filter(([, style]) => style.fill !== 'none');
  const ground = (x, y, before) => filled
      .filter(([e, , box]) => e !== before
          && e.compareDocumentPosition(before) & Node.DOCUMENT_POSITION_FOLLOWING
          && box.left <= x && x <= box.right && box.top <= y && y <= box.bottom)
      .reduce((below, [, style]) => over(below, colour(style.fill), Number(style.fillOpacity)), ground0);
  const stroked = (e, x, y) =>
      say('line', over(ground(x, y, e), colour(getComputedStyle(e).stroke)), ground(x, y, e), names(e));
  for (const text of figure.querySelectorAll('text, tspan')) {
    const box = text.getBoundingClientRect();
    const below = ground(box.left + box.width / 2, box.top + box.height / 2, text);
    const style = getComputedStyle(text);
    say('text', over(below, colour(style.fill), Number(style.opacity)), below, text.textContent);
  }
  for (const path of figure.querySelectorAll('path:not(.tv-sheets, .tv-tab, .tv-heads)')) {
    if (getComputedStyle(path).stroke === 'none') continue;
    const matrix = path.getScreenCTM(), length = path.getTotalLength();
    for (let at = 1; at < length; at += 25) {
      const point = path.getPointAtLength(at).matrixTransform(matrix);
      stroked(path, point.x, point.y);
    }
  }
  for (const box of figure.querySelectorAll('rect:not(.tv-bg), .tv-net circle')) {
    const style = getComputedStyle(box), place = box.getBoundingClientRect();
    // The shades of a scale touch each other, but not the page above them.
    const [x, y] = box.closest('.tv-key') ? [place.left + 9, place.top - 1]
        : [place.left - 1, place.top + place.height / 2];
    if (style.stroke !== 'none' && box.tagName === 'rect') stroked(box, x, y);
    // What has no border is seen by its own colour; a tint that only colours what has one need not be.
    else if (style.fill !== 'none' && !box.hasAttribute('style'))
      say('line', over(ground(x, y, box), colour(style.fill)), ground(x, y, box), names(box));
  }
}
for (const cell of document.querySelectorAll('.tv-table :is(th, td)')) {
  const style = getComputedStyle(cell), behind = page(cell);
  say('text', over(behind, colour(style.color)), behind, cell.textContent);
  say('line', over(behind, colour(style.borderBottomColor)), behind, 'line of a table');
}
const others = '.tv-error :is(p, code, strong), .tv-notes li, .tv-details summary';
for (const text of document.querySelectorAll(others))
  say('text', over(page(text), colour(getComputedStyle(text).color)), page(text), text.textContent);
for (const box of document.querySelectorAll('.tv-error'))
  say('line', over(page(box.parentElement), colour(getComputedStyle(box).borderLeftColor)),
      page(box.parentElement), 'border of an error');
return least;
"""
