"""Translates a template as CloudFormation does for `sam deploy`, applies its conditions, and lints the results.

Standard input: {"template": its path, "stacks": {name: {parameter: value}}}. Standard output, for each name: "Refusals", the rules that
refuse the values, "Findings", those of cfn-lint, and what SAM makes of the template, with its "Parameters", and with the "Resources" that
exist for the values. It runs in the environment of the SAM command line. The translator wants code that has been uploaded,
so the address of a bucket stands in for it.
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


class Stack:
    """A template, translated or not, with a value for each parameter."""

    def __init__(self, template, values):
        self.template, self.values = template, values

    def holds(self, node):
        ((name, argument),) = node.items()
        match name:
            case "Condition":
                return self.holds(self.template["Conditions"][argument])
            case "Fn::Equals":
                return self.text(argument[0]) == self.text(argument[1])
            case "Fn::Not":
                return not self.holds(argument[0])
            case "Fn::And":
                return all(map(self.holds, argument))
            case "Fn::Or":
                return any(map(self.holds, argument))
        raise ValueError(f"the condition {name} is not understood")

    def text(self, node):
        value = self.values[node["Ref"]] if isinstance(node, dict) else node
        return json.dumps(value).strip('"')

    def choose(self, node):
        """The node with each Fn::If replaced by the branch that its condition selects, None for AWS::NoValue."""
        if isinstance(node, list):
            return [item for item in map(self.choose, node) if item is not None]
        if not isinstance(node, dict):
            return node
        if "Fn::If" in node:
            condition, yes, no = node["Fn::If"]
            return self.choose(yes if self.holds({"Condition": condition}) else no)
        if node == {"Ref": "AWS::NoValue"}:
            return None
        return {name: item for name, item in ((name, self.choose(item)) for name, item in node.items()) if item is not None}

    def existing(self, members):
        exists = lambda member: "Condition" not in member or self.holds({"Condition": member["Condition"]})
        return self.choose({name: member for name, member in members.items() if exists(member)})

    def refusals(self):
        refuses = lambda rule: not all(self.holds(assertion["Assert"]) for assertion in rule["Assertions"])
        return sorted(name for name, rule in self.template["Rules"].items() if refuses(rule))


def findings(stack, given):
    """The linter takes the defaults of parameters for their values."""
    for name, value in given.items():
        parameter = stack["Parameters"][name]
        parameter["Default"] = int(value) if parameter["Type"] == "Number" else value
    matches = lint(json.dumps(stack, indent=1), config=ManualArgs(regions=["us-east-1"]))
    return [f"{match.rule.id} {match.message}" for match in matches]


def answer(asked):
    name, given = asked
    values = {name: parameter.get("Default", "") for name, parameter in parsed["Parameters"].items()} | given
    if refusals := Stack(parsed, values).refusals():
        return name, {"Refusals": refusals}
    made = Stack(transform(copy.deepcopy(parsed), values, NoManagedPolicies()), values)
    return name, {
        "Parameters": list(made.template["Parameters"]),
        "Resources": made.existing(made.template["Resources"]),
        "Findings": findings(copy.deepcopy(made.template), given),
    }


asked = json.load(sys.stdin)
with open(asked["template"], encoding="utf-8") as file:
    parsed = yaml_parse(file.read())
parsed["Globals"]["Function"]["CodeUri"] = "s3://bucket/code"

with multiprocessing.Pool() as workers:
    json.dump(dict(workers.map(answer, asked["stacks"].items(), chunksize=1)), sys.stdout)
