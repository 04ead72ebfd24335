#!/usr/bin/python3
"""The training step of any netsmith graph in PyTorch, for bench/peers/run.

usage: torch_child.py THREADS MB STEPS LAYOUT < graph.json

LAYOUT is first (channels first) or last. Prints one JSON object: milliseconds of the median step
after two to warm up. PyTorch gives memory back to the system after every step unless the allocator
is told to keep it, which makes it several times slower; the caller sets the variables that tell it
(see `run`).
"""

import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional


def padding_of(size, window, stride, dilation, padding):
    """Zeros before and after one axis, as TensorFlow pads it."""
    if padding == "valid":
        return 0, 0
    out = (size - 1) // stride + 1
    total = max((out - 1) * stride + (window - 1) * dilation + 1 - size, 0)
    return total // 2, total - total // 2


class Pad(nn.Module):
    """Explicit padding, where the two sides differ or the value is no zero."""

    def __init__(self, sides, value):
        super().__init__()
        self.sides, self.value = sides, value

    def forward(self, x):
        return functional.pad(x, self.sides, value=self.value)


def windowed(node, shape, make, value):
    """`make(padding)` behind what padding it cannot do by itself."""
    _, height, width = shape
    kernel = node.get("kernel") or node["window"]
    stride, dilation = node.get("stride", [1, 1]), node.get("dilation", [1, 1])
    kind = node.get("padding", "same")
    top, bottom = padding_of(height, kernel[0], stride[0], dilation[0], kind)
    left, right = padding_of(width, kernel[1], stride[1], dilation[1], kind)
    if top == bottom and left == right and 2 * top <= kernel[0] and 2 * left <= kernel[1]:
        return make(kernel, stride, dilation, (top, left))
    return nn.Sequential(
        Pad((left, right, top, bottom), value), make(kernel, stride, dilation, (0, 0))
    )


class SqueezeExcite(nn.Module):
    def __init__(self, channels, units):
        super().__init__()
        self.reduce, self.expand = nn.Conv2d(channels, units, 1), nn.Conv2d(units, channels, 1)

    def forward(self, x):
        means = functional.adaptive_avg_pool2d(x, 1)
        return x * torch.sigmoid(self.expand(functional.relu(self.reduce(means))))


class Sum(nn.Module):
    def forward(self, *inputs):
        total = inputs[0]
        for other in inputs[1:]:
            total = total + other
        return total


class Concat(nn.Module):
    def forward(self, *inputs):
        return torch.cat(inputs, 1)


def module_of(node, shape, in_place):
    op = node["op"]
    if op == "conv":
        return windowed(node, shape, lambda kernel, stride, dilation, padding: nn.Conv2d(
            shape[0], node["filters"], kernel, stride, padding, dilation, node.get("groups", 1),
            node.get("bias", True)), 0.0)
    if op == "max_pool":
        return windowed(node, shape, lambda kernel, stride, _, padding: nn.MaxPool2d(
            kernel, stride, padding), float("-inf"))
    if op == "avg_pool":
        return windowed(node, shape, lambda kernel, stride, _, padding: nn.AvgPool2d(
            kernel, stride, padding, count_include_pad=False), 0.0)
    if op == "dense":
        return nn.Linear(shape[0] * shape[1] * shape[2], node["units"])
    if op == "squeeze_excite":
        return SqueezeExcite(shape[0], node["units"])
    return {
        "global_avg_pool": lambda: nn.AdaptiveAvgPool2d(1),
        "batch_norm": lambda: nn.BatchNorm2d(shape[0]),
        "relu": lambda: nn.ReLU(inplace=in_place),
        "relu6": lambda: nn.ReLU6(inplace=in_place),
        "silu": nn.SiLU,
        "hard_swish": nn.Hardswish,
        "add": Sum,
        "concat": Concat,
        "dropout": lambda: nn.Dropout(node["rate_percent"] / 100),
        "flatten": nn.Flatten,
    }[op]()


class Network(nn.Module):
    def __init__(self, graph):
        super().__init__()
        height, width, channels = graph["input"]
        self.nodes, self.sources = nn.ModuleList(), []
        names = {graph["nodes"][0]["name"]: 0}
        readers = [name for node in graph["nodes"] for name in node.get("inputs", [])]
        values = [torch.zeros(2, channels, height, width)]
        for index, node in enumerate(graph["nodes"][1:], 1):
            sources = [names[name] for name in node.get("inputs", [])] or [index - 1]
            shape = list(values[sources[0]].shape[1:]) + [1, 1]
            alone = all(readers.count(name) <= 1 for name in node.get("inputs", []))
            module = module_of(node, shape[:3], in_place=alone and sources != [0])
            if node["op"] == "dense":
                module = nn.Sequential(nn.Flatten(), module)
            with torch.no_grad():
                values.append(module(*[values[source].clone() for source in sources]))
            names[node["name"]] = index
            self.nodes.append(module)
            self.sources.append(sources)

    def forward(self, x):
        values = [x]
        for module, sources in zip(self.nodes, self.sources):
            values.append(module(*[values[source] for source in sources]))
        return values[-1]


def main():
    threads, mb, steps, layout = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    graph = json.load(sys.stdin)
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    model = Network(graph)
    height, width, channels = graph["input"]
    order = torch.channels_last if layout == "last" else torch.contiguous_format
    model = model.to(memory_format=order)
    classes = model(torch.zeros(2, channels, height, width)).shape[1]
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    batches = [
        (
            torch.rand(mb, channels, height, width).contiguous(memory_format=order),
            torch.randint(0, classes, (mb,)),
        )
        for _ in range(4)
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
