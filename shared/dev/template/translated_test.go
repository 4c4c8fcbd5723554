//go:build translator

package template_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"personal-rooms/shared/dev/template"
)

func TestEveryParameterIsInSomeDeployment(t *testing.T) {
	given := map[string]bool{}
	for _, s := range allStacks(t) {
		for name := range s.values {
			given[name] = true
		}
	}
	for name := range defaults(t).Parameters {
		if !given[name] && !slices.Contains(localOnly, name) {
			t.Errorf("no deployment sets the parameter %s", name)
		}
	}
}

func TestTheLinterFindsNothing(t *testing.T) {
	all := allStacks(t)
	for _, name := range byName(all) {
		for _, finding := range all[name].findings {
			t.Errorf("%s %v: %s", name, all[name].values, finding)
		}
	}
}

func TestNoReferenceIsBrokenOrCircular(t *testing.T) {
	all := allStacks(t)
	for _, name := range byName(all) {
		s := all[name]
		const visiting, visited = 1, 2
		state := map[string]int{}
		var visit func(id string, path []string)
		visit = func(id string, path []string) {
			path = append(path, id)
			if _, found := s.Resources[id]; !found {
				t.Errorf("%s: %s refers to %s, which the stack does not have", name, strings.Join(path[:len(path)-1], " → "), id)
				return
			}
			if state[id] == visiting {
				t.Errorf("%s %v: a circle: %s", name, s.values, strings.Join(path, " → "))
			}
			if state[id] != 0 {
				return
			}
			state[id] = visiting
			for _, needed := range s.needs(id) {
				visit(needed, path)
			}
			state[id] = visited
		}
		for _, id := range byName(s.Resources) {
			visit(id, nil)
		}
		for output, value := range s.Outputs {
			for _, id := range references(value) {
				_, isResource := s.Resources[id]
				_, isParameter := s.Parameters[id]
				if !isResource && !isParameter && !strings.HasPrefix(id, "AWS::") {
					t.Errorf("%s: the output %s refers to %s, which the stack does not have", name, output, id)
				}
			}
		}
	}
}

// openRoutes are the routes that need no token. What they ask for instead, their functions check.
var openRoutes = []string{
	"DELETE /v2/live_meetings/{room}/guests/{id}", "POST /v2/live_meetings/{room}/guests",
	"GET /j/{number}", "GET /my/{link}", "GET /s/{id}", "POST /media/livekit",
}

// API Gateway only warns of what is wrong in a body, so the body is checked here: every route leads to its function by way of the alias,
// in payload format 2.0, declares the variables of its path, and needs a token of an authorizer that exists, or is one of openRoutes.
func TestTheBodyOfTheAPI(t *testing.T) {
	pathVariable := regexp.MustCompile(`\{([^}]+)\}`)
	all := allStacks(t)
	for _, name := range byName(all) {
		body := at(all[name].Resources["Api"].Properties, "Body")
		routes := map[string]bool{}
		for path, methods := range pairs(at(body, "paths")) {
			for method, operation := range pairs(methods) {
				routes[strings.ToUpper(method)+" "+path] = true
				var declared, want []string
				for _, parameter := range list(at(operation, "parameters")) {
					declared = append(declared, plain(at(parameter, "name")))
				}
				for _, match := range pathVariable.FindAllStringSubmatch(path, -1) {
					want = append(want, match[1])
				}
				if slices.Sort(declared); !slices.Equal(declared, slices.Sorted(slices.Values(want))) {
					t.Errorf("%s: %s %s declares the variables %v, want %v", name, method, path, declared, want)
				}
			}
		}
		for _, r := range ours(t, nil).Routes {
			operation := at(body, "paths", r.Path, strings.ToLower(r.Method))
			integration := at(operation, "x-amazon-apigateway-integration")
			f, _ := ours(t, nil).Function(r.Function)
			if at(integration, "type") != "aws_proxy" || at(integration, "payloadFormatVersion") != "2.0" ||
				!slices.Contains(references(at(integration, "uri")), f.ID+"Aliaslive") {
				t.Errorf("%s: the integration of %s is %v", name, r.Key(), integration)
			}
			scheme := "Token"
			if slices.Contains(openRoutes, r.Key()) {
				scheme = "NONE"
			}
			if got := list(at(operation, "security")); len(got) != 1 || len(pairs(got[0])) != 1 || pairs(got[0])[scheme] == nil {
				t.Errorf("%s: %s needs %v, want %s", name, r.Key(), got, scheme)
			}
			delete(routes, r.Key())
		}
		for route := range routes {
			t.Errorf("%s: the body has the route %s, which the template does not", name, route)
		}
		if at(body, "components", "securitySchemes", "Token", "x-amazon-apigateway-authorizer", "type") != "jwt" {
			t.Errorf("%s: there is no authorizer Token", name)
		}
	}
}

func TestRouteSettingsAreOfRoutes(t *testing.T) {
	settings := pairs(at(defaults(t).Resources["ApiApiGatewayDefaultStage"].Properties, "RouteSettings"))
	if len(settings) == 0 {
		t.Error("no route has settings of its own")
	}
	for route := range settings {
		if !slices.ContainsFunc(ours(t, nil).Routes, func(r template.Route) bool { return r.Key() == route }) {
			t.Errorf("%s has settings, and is no route", route)
		}
	}
}

func TestTheAuthorizerTrustsTheIssuerThatIsGiven(t *testing.T) {
	for name, s := range allStacks(t) {
		jwt := at(s.Resources["Api"].Properties, "Body", "components", "securitySchemes", "Token", "x-amazon-apigateway-authorizer", "jwtConfiguration")
		want := "map[Ref:TokenIssuer] [map[Ref:TokenAudience]]"
		if s.values["UserPool"] == "true" {
			want = "map[Fn::Sub:https://cognito-idp.${AWS::Region}.amazonaws.com/${CognitoUserPool}] [map[Ref:CognitoUserPoolClient]]"
		}
		// SAM puts in the values of parameters that it knows.
		given := strings.NewReplacer("map[Ref:TokenIssuer]", s.values["TokenIssuer"], "map[Ref:TokenAudience]", s.values["TokenAudience"])
		if got := fmt.Sprint(at(jwt, "issuer"), " ", list(at(jwt, "audience"))); got != want && got != given.Replace(want) {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

func TestPagesOfCorsOriginsMayCall(t *testing.T) {
	for name, s := range allStacks(t) {
		cors := at(s.Resources["Api"].Properties, "Body", "x-amazon-apigateway-cors")
		if s.values["CorsOrigins"] == "" {
			if cors != nil {
				t.Errorf("%s: without CorsOrigins: %v", name, cors)
			}
			continue
		}
		if !strings.Contains(text(at(cors, "allowOrigins")), s.values["CorsOrigins"]) || len(list(at(cors, "allowMethods"))) != 5 {
			t.Errorf("%s: %v", name, cors)
		}
	}
}

// stateful are the resources that hold something or that others know by name. A new logical id replaces the resource: never change one.
var stateful = map[string]string{
	"Table":                 "AWS::DynamoDB::Table",
	"CognitoUserPool":       "AWS::Cognito::UserPool",
	"CognitoUserPoolClient": "AWS::Cognito::UserPoolClient",
	"WebhookKey":            "AWS::SecretsManager::Secret",
	"Api":                   "AWS::ApiGatewayV2::Api",
	"ApiDomain":             "AWS::ApiGatewayV2::DomainName",
	"EventBus":              "AWS::Events::EventBus",
	"EventsDLQ":             "AWS::SQS::Queue",
	"DeliveriesQueue":       "AWS::SQS::Queue",
	"DeliveriesDLQ":         "AWS::SQS::Queue",
	"MediaOrdersQueue":      "AWS::SQS::Queue",
	"MediaOrdersDLQ":        "AWS::SQS::Queue",
	"CommandsQueue":         "AWS::SQS::Queue",
	"CommandsDLQ":           "AWS::SQS::Queue",
	"LockDelayQueue":        "AWS::SQS::Queue",
	"FunctionLog":           "AWS::Logs::LogGroup",
	"AccessLog":             "AWS::Logs::LogGroup",
}

func TestStatefulResourcesKeepTheirLogicalIDs(t *testing.T) {
	found, kinds := map[string]string{}, slices.Collect(maps.Values(stateful))
	for _, s := range allStacks(t) {
		for id, r := range s.Resources {
			if slices.Contains(kinds, r.Type) {
				found[id] = r.Type
			}
		}
	}
	if d := cmp.Diff(stateful, found); d != "" {
		t.Error(d)
	}
}

// What cannot be made again outlives the stack: data, identities, the key of webhooks, logs. Only the rollback of the stack's first
// creation may remove it, and not even that what Protect protects.
func TestWhatCannotBeMadeAgainOutlivesTheStack(t *testing.T) {
	for name, s := range allStacks(t) {
		protect := s.values["Protect"] != "false"
		for _, id := range []string{"Table", "CognitoUserPool", "WebhookKey", "FunctionLog", "AccessLog"} {
			if r, found := s.Resources[id]; found && (r.DeletionPolicy != "RetainExceptOnCreate" || r.UpdateReplacePolicy != "Retain") {
				t.Errorf("%s: %s has DeletionPolicy %s and UpdateReplacePolicy %s", name, id, r.DeletionPolicy, r.UpdateReplacePolicy)
			}
		}
		table := s.Resources["Table"].Properties
		if at(table, "DeletionProtectionEnabled") != protect || at(table, "PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled") != true {
			t.Errorf("%s: the table is %v", name, table)
		}
		if pool, found := s.Resources["CognitoUserPool"]; found && (at(pool.Properties, "DeletionProtection") == "ACTIVE") != protect {
			t.Errorf("%s: the user pool is %v", name, pool.Properties)
		}
	}
}

// A second key would change every webhook's secret without a word. The name is fixed, so AWS refuses to create it while the first is kept.
func TestTheWebhookKeyIsMadeOnce(t *testing.T) {
	for name, s := range allStacks(t) {
		key, made := s.Resources["WebhookKey"]
		if want := s.values["Webhooks"] == "true" && s.values["WebhookKeyArn"] == ""; made != want {
			t.Errorf("%s: it is made: %v, want %v", name, made, want)
		}
		if made && !cmp.Equal(at(key.Properties, "Name"), any(map[string]any{"Fn::Sub": "${AWS::StackName}-webhook-key"})) {
			t.Errorf("%s: its name is %v", name, at(key.Properties, "Name"))
		}
	}
}

func TestWhatCostsMoneyWhileIdleIsOffByDefault(t *testing.T) {
	free := []string{
		"AWS::ApiGatewayV2::Api", "AWS::ApiGatewayV2::Stage", "AWS::DynamoDB::Table", "AWS::IAM::Role", "AWS::Lambda::Alias",
		"AWS::Events::EventBus", "AWS::Events::Rule", "AWS::Lambda::EventInvokeConfig", "AWS::Lambda::EventSourceMapping", "AWS::Lambda::Function",
		"AWS::Lambda::Permission", "AWS::Lambda::Version", "AWS::Logs::LogGroup", "AWS::SQS::Queue", "AWS::SQS::QueuePolicy",
	}
	s := defaults(t)
	for id, r := range s.Resources {
		if !slices.Contains(free, r.Type) {
			t.Errorf("%s is of type %s", id, r.Type)
		}
	}
	for id, mapping := range s.ofType("AWS::Lambda::EventSourceMapping") {
		ofQueue := at(mapping.Properties, "StartingPosition") == nil
		if ofQueue && at(mapping.Properties, "Enabled") != false {
			t.Errorf("%s polls a queue", id)
		}
	}
}

// An alarm that stops a deployment is about the new version of one function. An error of the version before would stop the fix, and an alarm
// about several functions may close a circle with the API.
func TestADeploymentIsRolledBackByErrorsOfItsNewVersion(t *testing.T) {
	for name, s := range allStacks(t) {
		for _, f := range ours(t, nil).Functions {
			group, gradual := s.Resources[f.ID+"DeploymentGroup"]
			if want := s.values["GradualDeployment"] == "true"; gradual != want {
				t.Errorf("%s: %s is deployed gradually: %v, want %v", name, f.Name, gradual, want)
			}
			alarm := strings.TrimSuffix(f.ID, "Function") + "DeploymentAlarm"
			var want []any
			if gradual && s.values["Alarms"] == "true" {
				want = []any{map[string]any{"Name": map[string]any{"Ref": alarm}}}
			}
			if got := list(at(group.Properties, "AlarmConfiguration", "Alarms")); !cmp.Equal(got, want) {
				t.Errorf("%s: %s is rolled back by %v, want %v", name, f.Name, got, want)
			}
			if want == nil {
				continue
			}
			for _, metric := range list(at(s.Resources[alarm].Properties, "Metrics"))[1:] {
				dimensions := list(at(metric, "MetricStat", "Metric", "Dimensions"))
				if !slices.ContainsFunc(dimensions, func(d any) bool { return at(d, "Name") == "ExecutedVersion" }) ||
					!slices.Contains(references(dimensions), f.ID) {
					t.Errorf("%s: %s watches %v", name, alarm, dimensions)
				}
			}
		}
	}
}

func TestAlarmsSayWhenTheyTurnOnAndOff(t *testing.T) {
	for name, s := range allStacks(t) {
		topic := []any{map[string]any{"Ref": "AlarmTopic"}}
		for id, alarm := range s.ofType("AWS::CloudWatch::Alarm") {
			p := alarm.Properties
			if !strings.HasSuffix(id, "Alarm") || plain(at(p, "AlarmDescription")) == "" ||
				!cmp.Equal(list(at(p, "AlarmActions")), topic) || !cmp.Equal(list(at(p, "OKActions")), topic) {
				t.Errorf("%s: %s: %v", name, id, p)
			}
		}
	}
}

func TestParametersThatContradictEachOtherAreRefused(t *testing.T) {
	s := defaults(t)
	for name, c := range map[string]struct {
		given values
		want  string // the rule
	}{
		"no issuer":                      {values{}, "IssuerRequired"},
		"half an issuer":                 {values{"TokenIssuer": "https://issuer.example.com"}, "IssuerRequired"},
		"an issuer and a pool":           {with(issuer, values{"UserPool": "true"}), "IssuerRequired"},
		"a domain without certificate":   {with(issuer, values{"DomainName": "meet.example.com"}), "DomainParameters"},
		"a certificate without domain":   {with(issuer, values{"CertificateArn": certificate}), "DomainParameters"},
		"a zone without domain":          {with(issuer, values{"HostedZoneId": "Z0"}), "DomainParameters"},
		"half a media server":            {with(issuer, values{"MediaUrl": "wss://media.example.com"}), "MediaParameters"},
		"a media server without secret":  {with(issuer, values{"Media": "livekit", "MediaUrl": "wss://media.example.com", "MediaKey": "key"}), "MediaParameters"},
		"LiveKit with a domain":          {with(issuer, with(liveKit, values{"MediaDomain": "acme"})), "MediaParameters"},
		"a KMS key without secret":       {with(issuer, values{"MediaSecretKeyArn": mediaKey}), "MediaParameters"},
		"a webhook key without webhooks": {with(issuer, values{"WebhookKeyArn": webhookKey}), "WebhookParameters"},
		"keys of sam local":              {with(issuer, values{"KeySet": "{}"}), "LocalOnlyParameters"},
		"private webhooks in the cloud":  {with(issuer, values{"Webhooks": "true", "PrivateWebhooks": "true"}), "LocalOnlyParameters"},
	} {
		if got := s.refusals(c.given); !slices.Equal(got, []string{c.want}) {
			t.Errorf("%s: refused by %v, want %s", name, got, c.want)
		}
	}
	for name, s := range allStacks(t) {
		if got := s.refusals(s.values); got != nil {
			t.Errorf("%s: refused by %v", name, got)
		}
	}
}

// The rules of the event bus pass what they cannot deliver to a queue, and the queue takes it from these rules only.
func TestRulesHaveADeadLetterQueue(t *testing.T) {
	for name, s := range allStacks(t) {
		want := []string{"AutomateFunctionEventBusCommands"}
		if s.values["LockAfterStart"] == "true" {
			want = append(want, "LockAfterStartRule")
		}
		rules := s.ofType("AWS::Events::Rule")
		if got := byName(rules); !slices.Equal(got, want) {
			t.Errorf("%s: the rules are %v, want %v", name, got, want)
		}
		for id, r := range rules {
			if got := references(at(list(at(r.Properties, "Targets"))[0], "DeadLetterConfig")); !slices.Equal(got, []string{"CommandsDLQ"}) {
				t.Errorf("%s: the dead-letter queue of %s is %v", name, id, got)
			}
		}
		statement := list(at(s.Resources["CommandsDLQPolicy"].Properties, "PolicyDocument", "Statement"))[0]
		if got := slices.Sorted(slices.Values(references(at(statement, "Condition")))); !slices.Equal(got, want) {
			t.Errorf("%s: the queue takes from %v, want %v", name, got, want)
		}
	}
}

// defaults is the stack of people who give an issuer and nothing else.
func defaults(t *testing.T) stack {
	t.Helper()
	return allStacks(t)["defaults"]
}
