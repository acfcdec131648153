"""Draws the comparison as SVG."""

from html import escape
from pathlib import Path


def draw(path: Path, rows: dict[str, tuple[float, float, float]]) -> None:
    """Bars of service level, abandonment and p99 wait for each discipline."""
    heads = ("service level 20 s", "abandoned", "p99 wait, s")
    texts = ("{:.3f}", "{:.2%}", "{:.0f}")
    lowest = (min(row[0] for row in rows.values()) - 0.02, 0.0, 0.0)
    height = 40 + 26 * len(rows)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="900" height="{height}"',
        ' font-family="sans-serif" font-size="12">',
        f'<rect width="900" height="{height}" fill="#fff"/>',
    ]
    for column, head in enumerate(heads):
        left = 210 + column * 230
        top = max(row[column] for row in rows.values())
        out.append(f'<text x="{left}" y="20" font-weight="bold">{escape(head)}</text>')
        for number, (name, row) in enumerate(rows.items()):
            y = 34 + number * 26
            if column == 0:
                out.append(f'<text x="200" y="{y + 14}" text-anchor="end">{escape(name)}</text>')
            width = 150 * (row[column] - lowest[column]) / (top - lowest[column])
            colour = "#0b7a75" if name == "ovoz" else "#b9c0c7"
            out.append(f'<rect x="{left}" y="{y}" width="{width:.1f}" height="18" fill="{colour}"/>')
            out.append(
                f'<text x="{left + width + 6:.1f}" y="{y + 14}">{texts[column].format(row[column])}</text>'
            )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([*out, "</svg>"]) + "\n")
