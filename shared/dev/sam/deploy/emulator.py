"""Starts ministack 1.5.33, the AWS emulator of `make deploy-local`, with eight corrections that our template needs.

The corrections are made in memory; no file of ministack is changed. rehearse.go here and shared/dev/e2e/exclusions_test.go list
what else it cannot do.
"""

import base64
import email
import email.utils
import json
import os
import re

from ministack import app
from ministack.core import iam_actions, iam_evaluator
from ministack.services import lambda_svc, ses_v2
from ministack.services.cloudformation import provisioners

# 1. Stream filters. Where a filter asks that a member of an object does not exist, Lambda also takes a record without the whole object, as
#    EventBridge does (`make oracles` compares them). ministack does not, so our filter {"quiet": {"BOOL": [{"exists": false}]}} would drop
#    every event of rooms and seats. Here it finds an empty object in the place of a missing one.

matches = lambda_svc._match_esm_filter


def matches_missing_objects(record, pattern):
    missing = {name: {} for name, value in pattern.items() if isinstance(value, dict) and not isinstance(record.get(name), dict)}
    return matches({**record, **missing}, pattern)


lambda_svc._match_esm_filter = matches_missing_objects

# 2. The IAM condition key dynamodb:LeadingKeys, the partition keys that a request names. Our functions' policies allow each action for
#    certain keys only. ministack evaluates policies, conditions among them, and does not know this key. The item of a transaction is
#    checked as a request of its own, with its own key.


class Action(str):
    """The action of one item of a transaction, with that item's request."""

    request: dict


def leading_keys(request):
    if "RequestItems" in request:
        return [key["pk"]["S"] for table in request["RequestItems"].values() for key in table["Keys"]]
    if "KeyConditionExpression" in request:
        for name, value in re.findall(r"(\S+) = (:\w+)", request["KeyConditionExpression"]):
            if request.get("ExpressionAttributeNames", {}).get(name, name) == "pk":
                return [request["ExpressionAttributeValues"][value]["S"]]
    item = request.get("Key") or request.get("Item") or {}
    return [item["pk"]["S"]] if "pk" in item else None


def with_leading_keys(context, request):
    keys = leading_keys(request)
    return {**context, "dynamodb:LeadingKeys": keys} if keys else context


context_of, checks_of, enforce = iam_actions.dynamodb_service_context, iam_actions.dynamodb_transaction_checks, iam_evaluator.enforce


def transaction_checks(iam_action, body, region, account):
    checks = checks_of(iam_action, body, region, account)
    items = [request for item in json.loads(body).get("TransactItems", []) for request in item.values()] if checks else []
    named = []
    for (action, arn), request in zip(checks, items, strict=True):
        action = Action(action)
        action.request = request
        named.append((action, arn))
    return named


def enforce_item(access_key, action, *args, service_context=None, **kwargs):
    if isinstance(action, Action):
        service_context = with_leading_keys(service_context or {}, action.request)
    return enforce(access_key, action, *args, service_context=service_context, **kwargs)


iam_actions.dynamodb_service_context = lambda body: with_leading_keys(context_of(body), json.loads(body or b"{}"))
iam_actions.dynamodb_transaction_checks = transaction_checks
iam_evaluator.enforce = enforce_item

# 3. The actions of SQS. A batch needs the permission for its single action; ministack asks for one that does not exist.

action_of = iam_actions.extract_iam_action
iam_actions.extract_iam_action = lambda *args: re.sub(r"^(sqs:\w+)Batch$", r"\1", action_of(*args) or "") or None

# 4. !Ref of a secret. It is the secret's ARN; ministack makes it the name, which no policy allows.

secrets = provisioners._RESOURCE_HANDLERS["AWS::SecretsManager::Secret"]
name_of = lambda arn: arn.split(":")[6].rsplit("-", 1)[0]
arn_of = lambda made: (made[1]["Arn"], made[1])
create, update, delete = secrets["create"], secrets["update"], secrets["delete"]
secrets["create"] = lambda *args: arn_of(create(*args))
secrets["update"] = lambda arn, *args: arn_of(update(name_of(arn), *args))
secrets["delete"] = lambda arn, props: delete(name_of(arn), props)

# 5. An imported table. The template gives it no name, so it keeps its own; ministack would replace it by one with a generated name.

tables = provisioners._RESOURCE_HANDLERS["AWS::DynamoDB::Table"]
update_table = tables["update"]
tables["update"] = lambda name, old, new, *args: update_table(name, old, {"TableName": name, **new}, *args)

# 6. The look of a user pool's sign-in page. ministack does not know its resource type, and its page needs none.

provisioners._RESOURCE_HANDLERS["AWS::Cognito::ManagedLoginBranding"] = {
    "create": lambda name, props, stack: (f"{props['UserPoolId']}|{stack}-{name}", {}),
    "update": lambda branding, old, new, stack: (branding, {}),
    "delete": lambda branding, props: None,
}

# 7. The addresses of a WebSocket API, for clients and for functions. ministack serves them below a path; no DNS leads to it.

functions = provisioners._RESOURCE_HANDLERS["AWS::Lambda::Function"]
create_function, update_function = functions["create"], functions["update"]
path = rf"\1://127.0.0.1:{os.environ['GATEWAY_PORT']}/_aws/execute-api/\2/live"
reachable = lambda props: json.loads(re.sub(r"(ws|http)s://(\w+)\.execute-api\.[\w.-]+/live", path, json.dumps(props)))
functions["create"] = lambda name, props, stack: create_function(name, reachable(props), stack)
functions["update"] = lambda name, old, new, *args: update_function(name, reachable(old), reachable(new), *args)

# 8. Mails. IAM checks the identity of the sender; ministack names no resource. Of a mail it shows the texts only; here the text in HTML, which
#    our mails do not have, is the whole mail in base 64.

resource_of, parse_mail = iam_actions._ses_v2_resource_arn, ses_v2._parse_raw_mime


def mail_resource(method, path, body, region, account):
    if not path.endswith("/outbound-emails"):
        return resource_of(method, path, body, region, account)
    sender = email.message_from_bytes(base64.b64decode(json.loads(body)["Content"]["Raw"]["Data"]))["From"]
    domain = email.utils.parseaddr(sender)[1].rpartition("@")[2]
    return f"arn:aws:ses:{region}:{account}:identity/{domain}"


def whole_mail(raw):
    parsed = parse_mail(raw)
    return {**parsed, "BodyParts": [*parsed["BodyParts"], {"ContentType": "text/html", "Data": raw}]}


iam_actions._ses_v2_resource_arn = mail_resource
ses_v2._parse_raw_mime = whole_mail

app.main()
