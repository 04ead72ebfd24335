#!/usr/bin/env python3
"""A foreign evaluator: netsmith search --evaluator 'python3 examples/evaluator.py' ...

Reads one JSON object a line and answers each with one. docs/evaluators.md is the protocol.
"""
import json
import sys


def reward(params):
    """Your own training goes here; this toy likes small options best."""
    return 1 / (1 + sum(params.values()))


for line in sys.stdin:
    request = json.loads(line)
    print(json.dumps({"trial": request["trial"], "reward": reward(request["params"])}), flush=True)
