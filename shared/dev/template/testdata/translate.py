"""Translates a template as CloudFormation does for `sam deploy`, and lints the results.

Standard input: {"template": its path, "stacks": {name: {parameter: value}}}. Standard output, for each name: {"stack": what SAM makes of
the template, "findings": those of cfn-lint}. It runs in the environment of the SAM command line. The translator wants code that has been
uploaded, so the address of a bucket stands in for it.
"""

import copy
import json
import logging
import multiprocessing
import os
import sys

os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
logging.disable(logging.CRITICAL)

from cfnlint.api import lint  # noqa: E402
from cfnlint.config import ManualArgs  # noqa: E402
from samtranslator.translator.transform import transform  # noqa: E402
from samtranslator.yaml_helper import yaml_parse  # noqa: E402


class NoManagedPolicies:
    def load(self):
        return {}


def translate(template, given):
    values = {name: parameter.get("Default", "") for name, parameter in template["Parameters"].items()}
    values.update(given)
    return transform(copy.deepcopy(template), values, NoManagedPolicies())


def findings(stack, given):
    """The linter takes the defaults of parameters for their values."""
    for name, value in given.items():
        parameter = stack["Parameters"][name]
        parameter["Default"] = int(value) if parameter["Type"] == "Number" else value
    matches = lint(json.dumps(stack, indent=1), config=ManualArgs(regions=["us-east-1"]))
    return [f"{match.rule.id} {match.message}" for match in matches]


def answer(asked):
    name, given = asked
    stack = translate(parsed, given)
    return name, {"stack": stack, "findings": findings(copy.deepcopy(stack), given)}


asked = json.load(sys.stdin)
with open(asked["template"], encoding="utf-8") as file:
    parsed = yaml_parse(file.read())
parsed["Globals"]["Function"]["CodeUri"] = "s3://bucket/code"

with multiprocessing.Pool() as workers:
    json.dump(dict(workers.map(answer, asked["stacks"].items(), chunksize=1)), sys.stdout)
