"""Prints what SAM makes of a template, as JSON: translate.py TEMPLATE [Parameter=value ...]

It is the translator that `sam deploy` leaves to CloudFormation, from the environment of the SAM command line. It wants
code that has been uploaded, so an address stands for it.
"""

import json
import logging
import os
import sys

os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
logging.disable(logging.CRITICAL)

from samtranslator.translator.transform import transform  # noqa: E402
from samtranslator.yaml_helper import yaml_parse  # noqa: E402


class NoManagedPolicies:
    def load(self):
        return {}


with open(sys.argv[1], encoding="utf-8") as file:
    template = yaml_parse(file.read())

template["Globals"]["Function"]["CodeUri"] = "s3://bucket/code"
values = {name: parameter.get("Default", "") for name, parameter in template["Parameters"].items()}
values.update(argument.split("=", 1) for argument in sys.argv[2:])
json.dump(transform(template, values, NoManagedPolicies()), sys.stdout)
