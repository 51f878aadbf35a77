"""A picture of a design of apps/dataflows, from its design.json: tensors, levels of memory, array."""

OPERANDS = [("input", "padded"), ("weights", "weights_in_"), ("bias", "bias_in_")]
CELL, BOX_WIDTH, BOX_HEIGHT, GAP = 8, 128, 36, 28
COLOURS = {"tensor": "#e8e8e8", "sram": "#cfe2f3", "register_file": "#d9ead3"}


def box(x, y, kind, name, text):
    middle = x + BOX_WIDTH / 2
    return (f'<rect x="{x}" y="{y}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" fill="{COLOURS[kind]}" stroke="#444"/>'
            f'<text x="{middle}" y="{y + 15}">{name}</text><text x="{middle}" y="{y + 29}">{text}</text>')


def arrow(x1, y1, x2, y2):
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="#444" marker-end="url(#head)"/>'


def memory_box(x, y, buffer):
    kind = "registers" if buffer["memory"] == "register_file" else "SRAM"
    double = ", double" if buffer["slots"] == 2 else ""
    return box(x, y, buffer["memory"], kind + double, f"{buffer['bits'] / 8192:.2f} KB")


def picture(design, axes):
    """SVG: each operand's way from DRAM through its buffers to the array, and that of the sums back."""
    array = next(p["array"] for p in design["processes"] if "array" in p)
    chains = [(tensor, [b for b in design["buffers"] if b["name"].startswith(prefix)]) for tensor, prefix in OPERANDS]
    for _, chain in chains:
        chain.sort(key=lambda b: len(b["name"]))  # weights_in_sum, weights_in_sum_in_sum
    sums = [b for b in design["buffers"] if b["name"].startswith("sum")]
    deepest = max(len(chain) for _, chain in chains)
    step = BOX_WIDTH + GAP
    left = 10 + (1 + deepest) * step
    width, grid = left + max(array["columns"] * CELL, 150) + 20, array["rows"] * CELL
    height = max(40 + grid, 4 * (BOX_HEIGHT + 12)) + 30
    parts = []
    for row, (tensor, chain) in enumerate(chains):
        y = 10 + row * (BOX_HEIGHT + 12)
        xs = [10] + [10 + (i + 1) * step for i in range(len(chain))]
        parts.append(box(xs[0], y, "tensor", tensor, "DRAM"))
        parts += [memory_box(x, y, b) for x, b in zip(xs[1:], chain)]
        ends = xs[1:] + [left]
        parts += [arrow(x + BOX_WIDTH, y + BOX_HEIGHT / 2, end, y + BOX_HEIGHT / 2) for x, end in zip(xs, ends)]
    y = 10 + 3 * (BOX_HEIGHT + 12)
    xs = [10] + [10 + (deepest - i) * step for i in range(len(sums))]
    parts.append(box(xs[0], y, "tensor", "output", "DRAM"))
    parts += [memory_box(x, y, b) for x, b in zip(xs[1:], sums)]
    starts = [left] + xs[1:]
    parts += [arrow(start, y + BOX_HEIGHT / 2, x + BOX_WIDTH, y + BOX_HEIGHT / 2) for start, x in zip(starts, xs[1:] + xs[:1])]
    for i in range(array["rows"]):
        for j in range(array["columns"]):
            parts.append(f'<rect x="{left + j * CELL}" y="{10 + i * CELL}" width="{CELL - 1}" height="{CELL - 1}" fill="#f9cb9c"/>')
    parts.append(f'<text x="{left}" y="{height - 12}" text-anchor="start">{array["rows"]} x {array["columns"]}: {axes}</text>')
    body = "\n".join(parts)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif" font-size="11" '
            f'text-anchor="middle">\n<defs><marker id="head" markerWidth="8" markerHeight="8" refX="7" refY="3" orient="auto">'
            f'<path d="M0,0 L7,3 L0,6 Z" fill="#444"/></marker></defs>\n<rect width="100%" height="100%" fill="white"/>\n{body}\n</svg>\n')
