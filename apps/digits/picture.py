"""The classified images as a grid."""
from PIL import Image, ImageDraw

from network import BRIGHTEST

PIXEL = 4  # screen pixels of a pixel of an image
CELL_WIDTH, CELL_HEIGHT = 8 * PIXEL + 12, 8 * PIXEL + 22
RIGHT, WRONG = (20, 110, 60), (200, 30, 30)


def save(file, images, labels, predictions, across):
    """Each image with its label and what the hardware says; a wrong answer is red."""
    rows = -(-len(images) // across)
    grid = Image.new("RGB", (across * CELL_WIDTH, rows * CELL_HEIGHT), "white")
    draw = ImageDraw.Draw(grid)
    for n, (image, label, prediction) in enumerate(zip(images, labels, predictions)):
        left, top = n % across * CELL_WIDTH + 6, n // across * CELL_HEIGHT + 4
        shades = Image.fromarray((255 - image.astype(int) * 255 // BRIGHTEST).astype("uint8"))
        grid.paste(shades.resize((8 * PIXEL, 8 * PIXEL), Image.Resampling.NEAREST), (left, top))
        draw.text((left + 4, top + 8 * PIXEL + 1), f"{label}: {prediction}", fill=RIGHT if label == prediction else WRONG)
    grid.quantize(32).save(file, optimize=True)
