"""Writes a small table whose columns are quantities of very different magnitudes.

  python3 examples/table.py FILE.csv [ROWS]

Ten measurements of made-up patients, from thousandths to hundreds of thousands, always the same;
whether one is ill is in the small ones, which overlap. Needs nothing but Python.
"""

import random
import sys

# Name, mean, deviation, and how many deviations the ill are higher.
COLUMNS = [("age", 55, 12, 0), ("mass (kg)", 75, 14, 0), ("platelets", 250e3, 60e3, 0),
           ("cholesterol", 200, 40, 0), ("steps a day", 6000, 2500, 0), ("creatinine", 0.9, 0.2, 0.8),
           ("marker A", 0.1, 0.014, 1.4), ("marker B", 0.02, 0.006, 1.2), ("marker C", 0.004, 0.001, 1),
           ("ratio", 0.18, 0.027, 0)]


def main():
    rows = int(sys.argv[2]) if len(sys.argv) > 2 else 1200
    draw = random.Random(1)
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        print("outcome", *(name for name, _, _, _ in COLUMNS), sep=",", file=file)
        for row in range(rows):
            ill = row % 2
            values = [f"{draw.gauss(mean + ill * shift * deviation, deviation):.5g}"
                      for _, mean, deviation, shift in COLUMNS]
            print("ill" if ill else "well", *values, sep=",", file=file)


if __name__ == "__main__":
    main()
