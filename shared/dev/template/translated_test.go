//go:build translator

package template_test

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"personal-rooms/shared/api"
	"personal-rooms/shared/dev/template"
)

// eachStack iterates over the deployments in the order of their names. Each is a subtest.
func eachStack(t *testing.T) iter.Seq2[*testing.T, stack] {
	t.Helper()
	all := stacks(t)
	return func(yield func(*testing.T, stack) bool) {
		for _, name := range byName(all) {
			if contradictions[name].rule == "" {
				t.Run(name, func(t *testing.T) { yield(t, all[name]) })
			}
		}
	}
}

func TestEveryParameterIsInSomeDeployment(t *testing.T) {
	given := values{}
	for _, s := range stacks(t) {
		if s.Refusals == nil {
			maps.Copy(given, s.values)
		}
	}
	for _, name := range defaults(t).Parameters {
		if _, isGiven := given[name]; !isGiven && !slices.Contains(localOnly, name) {
			t.Errorf("no deployment sets the parameter %s", name)
		}
	}
}

// The linter also finds references to what does not exist (E1019), or not under the same condition (W1001), and cycles
// of resources (E3004).
func TestTheLinterFindsNothing(t *testing.T) {
	for t, s := range eachStack(t) {
		if len(s.Findings)+len(s.Refusals) > 0 {
			t.Errorf("%v: refused by %v; %s", s.values, s.Refusals, strings.Join(s.Findings, "\n"))
		}
	}
}

// openRoutes need no token, as all routes of the function web. Their functions check what else the requests carry.
var openRoutes = []string{
	"DELETE /v2/live_meetings/{room}/guests/{id}", "POST /v2/live_meetings/{room}/guests", "POST /media/livekit",
	"POST /v2/doorbell",
}

// anyMethod is the method of the route for all other requests in the body of an API.
const anyMethod = "x-amazon-apigateway-any-method"

// key returns the key of a route in the body of an API.
func key(method, path string) string {
	return template.Route{Method: strings.ToUpper(strings.TrimPrefix(method, anyMethod)), Path: path}.Key()
}

// API Gateway only warns about errors in a body. Every route must lead to its function's alias in payload format 2.0,
// and need a token of the authorizer, or be one of openRoutes or of the function web.
func TestTheBodyOfTheAPI(t *testing.T) {
	b := ours(t, nil)
	for t, s := range eachStack(t) {
		body := at(s.Resources["Api"].Properties, "Body")
		var keys, want []string
		for path, methods := range pairs(at(body, "paths")) {
			for method := range pairs(methods) {
				keys = append(keys, key(method, path))
			}
		}
		for _, r := range b.Routes {
			want = append(want, r.Key())
			operation := operationOf(t, body, b, r)
			scheme := "Token"
			if r.Function == "web" || slices.Contains(openRoutes, strings.TrimSuffix(r.Key(), "/")) {
				scheme = "NONE"
			}
			if got := list(at(operation, "security")); len(got) != 1 || len(pairs(got[0])) != 1 || pairs(got[0])[scheme] == nil {
				t.Errorf("%s needs %v, want %s", r.Key(), got, scheme)
			}
		}
		slices.Sort(keys)
		slices.Sort(want)
		if d := gocmp.Diff(want, keys); d != "" {
			t.Errorf("the routes of the template (-) and of the body (+):\n%s", d)
		}
		checkAuthorizer(t, s, at(body, "components", "securitySchemes", "Token", "x-amazon-apigateway-authorizer"))
	}
}

// operationOf returns the operation of the route in a body of an API. It fails the test unless that leads to the alias
// of the route's function, in payload format 2.0. Every function has the alias live.
func operationOf(t *testing.T, body any, b *template.Bundle, r template.Route) any {
	t.Helper()
	method := strings.ToLower(r.Method)
	if method == "" {
		method = anyMethod
	}
	operation := at(body, "paths", r.Path, method)
	integration := at(operation, "x-amazon-apigateway-integration")
	f, _ := b.Function(r.Function)
	if at(integration, "type") != "aws_proxy" || at(integration, "payloadFormatVersion") != "2.0" ||
		!strings.HasSuffix(fmt.Sprint(at(integration, "uri", "Fn::Sub")), "/functions/${"+f.ID+".Arn}:live/invocations") {
		t.Errorf("the integration of %s is %v", r.Key(), integration)
	}
	return operation
}

// checkAuthorizer accepts references to parameters and their values, because SAM inserts the values that it knows.
func checkAuthorizer(t *testing.T, s stack, authorizer any) {
	t.Helper()
	want := "map[Ref:TokenIssuer] map[Fn::Split:[, map[Ref:TokenAudience]]]"
	switch pool := "map[Fn::Sub:https://cognito-idp.${AWS::Region}.amazonaws.com/${CognitoUserPool}] "; {
	case s.values["SignInPrefix"] != "":
		want = pool + "[map[Ref:CognitoUserPoolClient] map[Ref:CognitoWebClient]]"
	case s.values["UserPool"] == "true":
		want = pool + "[map[Ref:CognitoUserPoolClient]]"
	}
	inserted := strings.NewReplacer("map[Ref:TokenIssuer]", s.values["TokenIssuer"], "map[Ref:TokenAudience]",
		s.values["TokenAudience"])
	got := fmt.Sprint(at(authorizer, "jwtConfiguration", "issuer"), " ", at(authorizer, "jwtConfiguration", "audience"))
	if at(authorizer, "type") != "jwt" || got != want && got != inserted.Replace(want) {
		t.Errorf("the authorizer is %v, want %s", authorizer, want)
	}
}

// A limit below that of all routes is a limit of HEAD too: it costs as much. No limit names a path with a slash at its
// end: API Gateway may have dropped the route, and then refuses the stage.
func TestRouteSettingsNameExistingRoutes(t *testing.T) {
	stage := defaults(t).Resources["ApiApiGatewayDefaultStage"].Properties
	settings, all := pairs(at(stage, "RouteSettings")), at(stage, "DefaultRouteSettings", "ThrottlingRateLimit")
	limit := func(route string) float64 {
		rate := at(settings[route], "ThrottlingRateLimit")
		if rate == nil {
			rate = all
		}
		number, _ := rate.(float64) // a parameter is higher than all numbers
		return cmp.Or(number, math.Inf(1))
	}
	for route := range settings {
		method, path, _ := strings.Cut(route, " ")
		if !slices.ContainsFunc(ours(t, nil).Routes, func(r template.Route) bool { return r.Key() == route }) {
			t.Errorf("%s has settings and is not a route", route)
		}
		if strings.HasSuffix(path, "/") {
			t.Errorf("%s has settings", route)
		}
		for _, r := range (api.Route{Method: method, Path: path}).Variants() {
			if path != "" && !strings.HasSuffix(r.Path, "/") && limit(route) < limit("any other route") && limit(r.Key()) > limit(route) {
				t.Errorf("%s has the limit %v, and %s has %v", route, limit(route), r.Key(), limit(r.Key()))
			}
		}
	}
}

// frozen are the resources that hold something or whose names others know. A new logical id replaces the resource, so
// never change one.
var frozen = map[string]string{
	"Table":                 "AWS::DynamoDB::Table",
	"CognitoUserPool":       "AWS::Cognito::UserPool",
	"CognitoUserPoolClient": "AWS::Cognito::UserPoolClient",
	"CognitoWebClient":      "AWS::Cognito::UserPoolClient",
	"WebhookKey":            "AWS::SecretsManager::Secret",
	"DoorbellKey":           "AWS::SecretsManager::Secret",
	"RingsQueue":            "AWS::SQS::Queue",
	"RingsDLQ":              "AWS::SQS::Queue",
	"Api":                   "AWS::ApiGatewayV2::Api",
	"AppsApi":               "AWS::ApiGatewayV2::Api",
	"ApiDomain":             "AWS::ApiGatewayV2::DomainName",
	"HintsApi":              "AWS::ApiGatewayV2::Api",
	"HintsDomain":           "AWS::ApiGatewayV2::DomainName",
	"EventBus":              "AWS::Events::EventBus",
	"EventsDLQ":             "AWS::SQS::Queue",
	"DeliveriesQueue":       "AWS::SQS::Queue",
	"DeliveriesDLQ":         "AWS::SQS::Queue",
	"MediaOrdersQueue":      "AWS::SQS::Queue",
	"MediaOrdersDLQ":        "AWS::SQS::Queue",
	"MailsQueue":            "AWS::SQS::Queue",
	"MailsDLQ":              "AWS::SQS::Queue",
	"CommandsQueue":         "AWS::SQS::Queue",
	"CommandsDLQ":           "AWS::SQS::Queue",
	"LockDelayQueue":        "AWS::SQS::Queue",
	"FunctionLog":           "AWS::Logs::LogGroup",
	"AccessLog":             "AWS::Logs::LogGroup",
}

func TestFrozenLogicalIDs(t *testing.T) {
	found, kinds := map[string]string{}, slices.Collect(maps.Values(frozen))
	for _, s := range stacks(t) {
		for id, r := range s.Resources {
			if slices.Contains(kinds, r.Type) {
				found[id] = r.Type
			}
		}
	}
	if d := gocmp.Diff(frozen, found); d != "" {
		t.Error(d)
	}
}

// Data, identities, the webhook key and logs outlive the stack. Only the rollback of the stack's first creation may
// remove them, except what Protect protects.
func TestRetainedResources(t *testing.T) {
	for t, s := range eachStack(t) {
		protect := s.values["Protect"] != "false"
		for _, id := range []string{"Table", "CognitoUserPool", "CognitoUserPoolClient", "CognitoAdmins", "WebhookKey", "DoorbellKey",
			"FunctionLog", "AccessLog"} {
			if r, found := s.Resources[id]; found &&
				(r.DeletionPolicy != "RetainExceptOnCreate" || r.UpdateReplacePolicy != "Retain") {
				t.Errorf("%s has DeletionPolicy %s and UpdateReplacePolicy %s", id, r.DeletionPolicy, r.UpdateReplacePolicy)
			}
		}
		table := s.Resources["Table"].Properties
		if at(table, "DeletionProtectionEnabled") != protect ||
			at(table, "PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled") != true {
			t.Errorf("the table is %v", table)
		}
		if pool, found := s.Resources["CognitoUserPool"]; found &&
			(at(pool.Properties, "DeletionProtection") == "ACTIVE") != protect {
			t.Errorf("the user pool is %v", pool.Properties)
		}
		// A second key would change what is derived from it. Its name is fixed, so AWS refuses to create one beside the
		// first.
		checkKey(t, s, "WebhookKey", "Webhooks", "webhook-key")
		checkKey(t, s, "DoorbellKey", "Doorbell", "doorbell-key")
	}
}

// checkKey fails the test unless the stack makes the key if the parameter is true and no earlier key is given.
func checkKey(t *testing.T, s stack, id, parameter, name string) {
	t.Helper()
	key, made := s.Resources[id]
	if want := s.values[parameter] == "true" && s.values[id+"Arn"] == ""; made != want {
		t.Errorf("the stack makes %s: %v, want %v", id, made, want)
	}
	if made && !gocmp.Equal(at(key.Properties, "Name"), any(map[string]any{"Fn::Sub": "${AWS::StackName}-" + name})) {
		t.Errorf("the name of %s is %v", id, at(key.Properties, "Name"))
	}
}

func TestAnIdleDefaultStackIsFree(t *testing.T) {
	free := []string{
		"AWS::ApiGatewayV2::Api", "AWS::ApiGatewayV2::Stage", "AWS::ApiGatewayV2::Route", "AWS::ApiGatewayV2::Integration",
		"AWS::ApiGatewayV2::Authorizer", "AWS::DynamoDB::Table", "AWS::IAM::Role", "AWS::Lambda::Alias",
		"AWS::Events::EventBus", "AWS::Events::Rule", "AWS::Lambda::EventInvokeConfig", "AWS::Lambda::EventSourceMapping",
		"AWS::Lambda::Function", "AWS::Lambda::Permission", "AWS::Lambda::Version", "AWS::Logs::LogGroup", "AWS::SQS::Queue",
		"AWS::SQS::QueuePolicy",
	}
	for id, r := range defaults(t).Resources {
		ofQueue := r.Type == "AWS::Lambda::EventSourceMapping" && at(r.Properties, "StartingPosition") == nil
		if !slices.Contains(free, r.Type) || ofQueue && at(r.Properties, "Enabled") != false {
			t.Errorf("%s of type %s costs money while nobody uses it", id, r.Type)
		}
	}
}

// An alarm that stops a deployment watches the executed version of one function. Errors of the version before must not
// stop its fix, and an alarm about several functions may form a cycle with the API.
func TestAlarmsGateDeploymentsOnlyOnTheExecutedVersion(t *testing.T) {
	functions := ours(t, nil).Functions
	for t, s := range eachStack(t) {
		for _, f := range functions {
			group, gradual := s.Resources[f.ID+"DeploymentGroup"]
			if want := s.values["GradualDeployment"] == "true"; gradual != want {
				t.Errorf("%s is deployed gradually: %v, want %v", f.Name, gradual, want)
			}
			alarm := strings.TrimSuffix(f.ID, "Function") + "DeploymentAlarm"
			var want []any
			if gradual && s.values["Alarms"] == "true" {
				want = []any{map[string]any{"Name": map[string]any{"Ref": alarm}}}
			}
			if got := list(at(group.Properties, "AlarmConfiguration", "Alarms")); !gocmp.Equal(got, want) {
				t.Errorf("%s is rolled back by %v, want %v", f.Name, got, want)
			}
			if want == nil {
				continue
			}
			for _, metric := range list(at(s.Resources[alarm].Properties, "Metrics"))[1:] {
				dimensions := list(at(metric, "MetricStat", "Metric", "Dimensions"))
				if !slices.ContainsFunc(dimensions, func(d any) bool { return at(d, "Name") == "ExecutedVersion" }) ||
					!slices.Contains(references(dimensions), f.ID) {
					t.Errorf("%s watches %v", alarm, dimensions)
				}
			}
		}
	}
}

func TestAlarmsNotifyWhenTheyStartAndEnd(t *testing.T) {
	topic := []any{map[string]any{"Ref": "AlarmTopic"}}
	for t, s := range eachStack(t) {
		for id, alarm := range s.ofType("AWS::CloudWatch::Alarm") {
			p := alarm.Properties
			if !strings.HasSuffix(id, "Alarm") || at(p, "AlarmDescription") == nil || at(p, "AlarmDescription") == "" ||
				!gocmp.Equal(list(at(p, "AlarmActions")), topic) || !gocmp.Equal(list(at(p, "OKActions")), topic) {
				t.Errorf("%s: %v", id, p)
			}
		}
	}
}

func TestContradictoryParametersAreRefused(t *testing.T) {
	for name, c := range contradictions {
		if got := stacks(t)[name].Refusals; !slices.Equal(got, []string{c.rule}) {
			t.Errorf("%v: refused by %v, want %s", c.given, got, c.rule)
		}
	}
}

// The rules of the event bus send what they cannot deliver to a queue, and the queue accepts it from these rules only.
func TestRulesHaveADeadLetterQueue(t *testing.T) {
	for t, s := range eachStack(t) {
		want := []string{"AutomateFunctionEventBusCommands", "AutomateFunctionStatusContinues"}
		if s.values["LockAfterStart"] == "true" {
			want = append(want, "LockAfterStartRule")
		}
		rules := s.ofType("AWS::Events::Rule")
		if got := byName(rules); !slices.Equal(got, want) {
			t.Errorf("the rules are %v, want %v", got, want)
		}
		for id, r := range rules {
			got := references(at(list(at(r.Properties, "Targets"))[0], "DeadLetterConfig"))
			if !slices.Equal(got, []string{"CommandsDLQ"}) {
				t.Errorf("the dead-letter queue of %s is %v", id, got)
			}
		}
		statement := list(at(s.Resources["CommandsDLQPolicy"].Properties, "PolicyDocument", "Statement"))[0]
		if got := slices.Sorted(slices.Values(references(at(statement, "Condition")))); !slices.Equal(got, want) {
			t.Errorf("the queue accepts messages from %v, want %v", got, want)
		}
	}
}
