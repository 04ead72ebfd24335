"""Draws a small data set: a folder of pictures with one folder a class, as the tutorial uses.

  python3 examples/shapes.py FOLDER [PICTURES_A_CLASS]

Rings, crosses and triangles of any place, size and brightness on noise: 24x24 grey PNG files, always
the same. Needs nothing but Python.
"""

import pathlib
import random
import struct
import sys
import zlib

SIDE = 24


def ring(x, y):
    return 0.6 <= (x * x + y * y) ** 0.5 <= 1


def cross(x, y):
    return max(abs(x), abs(y)) <= 1 and min(abs(x), abs(y)) <= 0.25


def triangle(x, y):
    return -1 <= y <= 1 and abs(x) <= (y + 1) / 2


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(rows):
    header = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 0, 0, 0, 0)
    pixels = b"".join(b"\0" + bytes(row) for row in rows)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(pixels))
            + chunk(b"IEND", b""))


def picture(is_inside, random_numbers):
    radius = random_numbers.uniform(4, 9)
    center_x, center_y = (random_numbers.uniform(radius, SIDE - radius) for _ in range(2))
    brightness = random_numbers.randint(60, 150)
    return [[random_numbers.randint(0, 100)
             + brightness * is_inside((x - center_x) / radius, (y - center_y) / radius)
             for x in range(SIDE)] for y in range(SIDE)]


def main():
    folder = pathlib.Path(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    random_numbers = random.Random(1)
    for is_inside in (ring, cross, triangle):
        (folder / is_inside.__name__).mkdir(parents=True)
        for i in range(count):
            path = folder / is_inside.__name__ / f"{i:03}.png"
            path.write_bytes(png(picture(is_inside, random_numbers)))


if __name__ == "__main__":
    main()
