#!/usr/bin/python3
"""The classic child's training step in PyTorch, for bench/peers/run.

usage: classic_child.py THREADS MB STEPS NETWORK

Prints one JSON object: milliseconds of the median step after two to warm up. PyTorch gives memory
back to the system after every step unless the allocator is told to keep it, which makes it several
times slower; the caller sets the variables that tell it (see `run`).
"""

import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional

POSITIONS = 784
CLASSES = 10


class SamePool(nn.Module):
    """Max pooling, stride 1, SAME as TensorFlow's: the odd element of the padding behind."""

    def __init__(self, window):
        super().__init__()
        before = (window - 1) // 2
        self.window = window
        self.padding = (before, window - 1 - before)

    def forward(self, x):
        if self.window == 1:
            return x
        return functional.max_pool1d(
            functional.pad(x, self.padding, value=float("-inf")), self.window, 1
        )


def build(network):
    layers, channels = [], 1
    for layer in network.split(";"):
        kernel, filters, pool, dropout = (int(number) for number in layer.split(","))
        layers += [
            nn.Conv1d(channels, filters, kernel, padding="same"),
            nn.ReLU(inplace=True),
            SamePool(pool),
            nn.Dropout(dropout / 100),
        ]
        channels = filters
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(channels * POSITIONS, CLASSES))


def main():
    threads, mb, steps, network = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    model = build(network)
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    batches = [
        (torch.rand(mb, 1, POSITIONS), torch.randint(0, CLASSES, (mb,))) for _ in range(4)
    ]
    times = []
    for step in range(steps + 2):
        samples, labels = batches[step % len(batches)]
        start = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        functional.cross_entropy(model(samples), labels).backward()
        optimizer.step()
        times.append(1e3 * (time.perf_counter() - start))
    measured = sorted(times[2:])
    print(json.dumps({"ms_per_step": measured[len(measured) // 2], "min_ms": measured[0]}))


if __name__ == "__main__":
    main()
