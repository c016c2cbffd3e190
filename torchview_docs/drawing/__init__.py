"""From a view to a picture: cards, layout, SVG, DOT and text, without torch."""
