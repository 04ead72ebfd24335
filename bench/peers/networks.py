"""The networks that bench/peers/run measures: name -> what netsmith's --network takes, or a graph."""

import random

CLASSIC_FIXED = [
    "5,32,2,3;5,64,2,3",
    "3,64,2,0;3,64,2,0;3,64,2,0",
    "10,128,1,0;10,128,1,0",
    "57,24,5,10;11,48,3,10",
    "21,16,41,5;7,32,15,5",
    "2,8,60,30",
]


def classic_networks(count=20, seed=1):
    """Drawn at random: kernels 2-64, filters 4-128, pools 1-60, 1-4 layers; at most 40 million
    multiply-adds a sample, so that a step stays within seconds."""
    generator = random.Random(seed)
    networks = list(CLASSIC_FIXED)
    while len(networks) < count:
        layers, channels, macs = [], 1, 0
        for _ in range(generator.randint(1, 4)):
            kernel = round(2 ** generator.uniform(1, 6))
            filters = round(2 ** generator.uniform(2, 7))
            pool = round(60 ** generator.uniform(0, 1))
            macs += 784 * kernel * channels * filters
            channels = filters
            layers.append(f"{kernel},{filters},{pool},{generator.choice([0, 10, 30])}")
        if macs <= 40e6:
            networks.append(";".join(layers))
    return {network: network for network in networks}


class Builder:
    """A graph, node by node."""

    def __init__(self, height, width, channels):
        self.graph = {"input": [height, width, channels], "nodes": [{"name": "x", "op": "input"}]}
        self.last, self.channels = "x", channels

    def add(self, op, inputs=None, **attributes):
        name = f"n{len(self.graph['nodes'])}"
        node = {"name": name, "op": op, "inputs": inputs or [self.last], **attributes}
        self.graph["nodes"].append(node)
        self.last = name
        return name

    def conv(self, filters, kernel=3, stride=1, groups=1, bias=True):
        self.channels = filters
        return self.add("conv", filters=filters, kernel=[kernel, kernel],
                        stride=[stride, stride], groups=groups, bias=bias)

    def conv_bn(self, filters, kernel=3, stride=1, groups=1, relu=True):
        self.conv(filters, kernel, stride, groups, bias=False)
        self.add("batch_norm")
        return self.add("relu") if relu else self.last

    def pool(self):
        return self.add("max_pool", window=[2, 2], stride=[2, 2])

    def finish(self, classes=10, mean=True):
        self.add("global_avg_pool" if mean else "flatten")
        self.add("dense", units=classes)
        return self.graph


def plain(shape, widths):
    b = Builder(*shape)
    for index, width in enumerate(widths):
        b.conv(width)
        b.add("relu")
        b.conv(width)
        b.add("relu")
        if index + 1 < len(widths):
            b.pool()
    return b.finish(mean=False)


def residual(shape, widths, blocks):
    b = Builder(*shape)
    b.conv_bn(widths[0])
    for index, width in enumerate(widths):
        for block in range(blocks):
            stride = 2 if index > 0 and block == 0 else 1
            start = b.last
            b.conv_bn(width, stride=stride)
            b.conv_bn(width, relu=False)
            end = b.last
            if stride == 2:
                b.last = start
                start = b.conv_bn(width, kernel=1, stride=2, relu=False)
            b.add("add", inputs=[end, start])
            b.add("relu")
    return b.finish()


def separable(shape, widths):
    b = Builder(*shape)
    b.conv_bn(widths[0])
    for index, width in enumerate(widths):
        b.conv_bn(b.channels, stride=2 if index % 2 else 1, groups=b.channels)
        b.conv_bn(width, kernel=1)
    return b.finish()


def nb201(shape, width, operations):
    """Three stages of one NAS-Bench-201 cell each; `operations` of its six edges."""
    b = Builder(*shape)
    b.conv_bn(width, relu=False)
    for stage in range(3):
        if stage > 0:
            start = b.last
            b.add("relu")
            b.conv_bn(width * 2**stage, stride=2)
            end = b.conv_bn(width * 2**stage, relu=False)
            b.last = start
            b.add("avg_pool", window=[2, 2], stride=[2, 2])
            start = b.conv(width * 2**stage, kernel=1, bias=False)
            b.add("add", inputs=[end, start])
        nodes = [b.last]
        edges = iter(operations)
        for target in range(1, 4):
            terms = []
            for source in range(target):
                operation = next(edges)
                b.last = nodes[source]
                if operation in ("conv1", "conv3"):
                    b.add("relu")
                    b.conv_bn(width * 2**stage, kernel=int(operation[-1]), relu=False)
                elif operation == "pool":
                    b.add("avg_pool", window=[3, 3])
                if operation != "none":
                    terms.append(b.last)
            nodes.append(terms[0] if len(terms) == 1 else b.add("add", inputs=terms))
        b.last = nodes[-1]
    b.add("batch_norm")
    b.add("relu")
    return b.finish()


GREY, COLOUR = (28, 28, 1), (32, 32, 3)


def image_networks():
    return {
        "plain 28 16-32": plain(GREY, [16, 32]),
        "plain 28 32-64": plain(GREY, [32, 64]),
        "plain 32 32-64-128": plain(COLOUR, [32, 64, 128]),
        "residual 28 16-32 x1": residual(GREY, [16, 32], 1),
        "residual 32 16-32-64 x1": residual(COLOUR, [16, 32, 64], 1),
        "residual 32 32-64-128 x1": residual(COLOUR, [32, 64, 128], 1),
        "separable 28 16-32-64": separable(GREY, [16, 32, 64]),
        "separable 32 32-64-128": separable(COLOUR, [32, 64, 128]),
        "separable 32 32-64-64-128": separable(COLOUR, [32, 64, 64, 128]),
        "nb201 32 conv3": nb201(COLOUR, 16, ["conv3", "skip", "conv3", "skip", "conv3", "conv3"]),
        "nb201 32 mixed": nb201(COLOUR, 16, ["conv3", "conv1", "pool", "skip", "conv1", "conv3"]),
        "nb201 28 light": nb201(GREY, 16, ["conv1", "pool", "conv3", "skip", "none", "conv1"]),
    }


LISTS = {"classic": classic_networks, "image": image_networks}
