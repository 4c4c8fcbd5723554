//go:build translator

package bundle_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNothingRefersToWhatIsNotThereNorInACircle(t *testing.T) {
	for name, given := range deployments() {
		s := translate(t, given)
		const begun, done = 1, 2
		state := map[string]int{}
		var visit func(id string, way []string)
		visit = func(id string, way []string) {
			way = append(way, id)
			if _, there := s.Resources[id]; !there {
				t.Errorf("with %s: %s refers to %s, which is not there", name, strings.Join(way[:len(way)-1], " → "), id)
				return
			}
			if state[id] == begun {
				t.Errorf("with %s: a circle: %s", name, strings.Join(way, " → "))
			}
			if state[id] != 0 {
				return
			}
			state[id] = begun
			for _, needed := range s.needs(id) {
				visit(needed, way)
			}
			state[id] = done
		}
		for id := range s.Resources {
			visit(id, nil)
		}
		for output, value := range s.Outputs {
			for _, id := range references(value) {
				if _, there := s.Resources[id]; !there && !strings.HasPrefix(id, "AWS::") && s.Parameters[id] == (struct{ Default any }{}) {
					t.Errorf("with %s: the output %s refers to %s, which is not there", name, output, id)
				}
			}
		}
	}
}

func TestEveryRouteNeedsATokenExceptTheNamedOnes(t *testing.T) {
	want := map[string]string{}
	for _, r := range ours(t, nil).Routes {
		want[r.Key()] = "Token"
	}
	for _, open := range []string{
		"DELETE /v2/live_meetings/{room}/guests/{id}", "POST /v2/live_meetings/{room}/guests",
		"GET /j/{number}", "GET /my/{link}", "GET /s/{id}", "POST /media/livekit",
	} {
		want[open] = "nobody"
	}
	for name, given := range deployments() {
		if d := cmp.Diff(want, guards(translate(t, given))); d != "" {
			t.Errorf("with %s:\n%s", name, d)
		}
	}
}

// guards are what each route asks of a caller.
func guards(s stack) map[string]string {
	body := at(s.Resources["Api"].Properties, "Body")
	all := map[string]string{}
	for path, methods := range pairs(at(body, "paths")) {
		for method, operation := range pairs(methods) {
			guard := "nobody"
			for _, scheme := range list(at(operation, "security")) {
				for name := range pairs(scheme) {
					guard = name
				}
			}
			if guard == "NONE" {
				guard = "nobody"
			}
			all[strings.ToUpper(method)+" "+path] = guard
		}
	}
	return all
}

func TestTheAuthorizerTrustsWhomItShould(t *testing.T) {
	for name, want := range map[string]string{
		"an issuer":   "https://issuer.example.com [rooms]",
		"a user pool": "map[Fn::Sub:https://cognito-idp.${AWS::Region}.amazonaws.com/${CognitoUserPool}] [map[Ref:CognitoUserPoolClient]]",
	} {
		s := translate(t, deployments()[name])
		jwt := at(s.Resources["Api"].Properties, "Body", "components", "securitySchemes", "Token", "x-amazon-apigateway-authorizer", "jwtConfiguration")
		issuer, audience := at(jwt, "issuer"), list(at(jwt, "audience"))
		for parameter, value := range deployments()[name] {
			if cmp.Equal(issuer, map[string]any{"Ref": parameter}) {
				issuer = value
			}
			if cmp.Equal(audience, []any{map[string]any{"Ref": parameter}}) {
				audience = []any{value}
			}
		}
		if got := fmt.Sprint(issuer, " ", audience); got != want {
			t.Errorf("with %s: %s, want %s", name, got, want)
		}
	}
}

func TestWhoMayCallFromABrowser(t *testing.T) {
	if cors := at(translate(t, deployments()["an issuer"]).Resources["Api"].Properties, "Body", "x-amazon-apigateway-cors"); cors != nil {
		t.Errorf("without CorsOrigins: %v", cors)
	}
	s := translate(t, deployments()["everything"])
	cors := at(s.Resources["Api"].Properties, "Body", "x-amazon-apigateway-cors")
	want := map[string]any{"Fn::Split": []any{",", "https://app.example.com,https://www.example.com"}}
	if d := cmp.Diff(want, at(cors, "allowOrigins")); d != "" || len(list(at(cors, "allowMethods"))) != 5 {
		t.Errorf("%v", cors)
	}
}

func TestTheTableSurvivesTheStack(t *testing.T) {
	for name, given := range deployments() {
		table := translate(t, given).Resources["Table"]
		if table.DeletionPolicy != "Retain" || table.UpdateReplacePolicy != "Retain" || at(table.Properties, "DeletionProtectionEnabled") != true {
			t.Errorf("with %s: %+v", name, table)
		}
		if at(table.Properties, "PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled") != true {
			t.Errorf("with %s: it cannot be restored to a point in time", name)
		}
	}
}

// What SAM makes of our statements is what shared/bundle reads of them, and no more.
func TestFunctionsMayDoWhatTheirStatementsSay(t *testing.T) {
	s := translate(t, deployments()["everything"])
	for _, f := range ours(t, deployments()["everything"]).Functions {
		var statements []any
		for _, policy := range list(at(s.Resources[f.ID+"Role"].Properties, "Policies")) {
			statements = append(statements, list(at(policy, "PolicyDocument", "Statement"))...)
		}
		// SAM's own, which are texts where ours are lists, let Lambda say what a function failed at for good.
		statements = slices.DeleteFunc(statements, func(s any) bool { return at(s, "Action") == "sqs:SendMessage" })
		if len(statements) != len(f.Grants) {
			t.Fatalf("%s has %d statements, want %d", f.Name, len(statements), len(f.Grants))
		}
		for i, statement := range statements {
			g := f.Grants[i]
			ofTable := strings.HasPrefix(g.Resource, "Table.Arn")
			if ofTable != (g.Keys != nil) || !slices.Equal(texts(at(statement, "Condition", "ForAllValues:StringLike", "dynamodb:LeadingKeys")), g.Keys) ||
				!slices.Equal(texts(at(statement, "Action")), g.Actions) || at(statement, "Effect") != "Allow" {
				t.Errorf("%s: %v, want %v", f.Name, statement, g)
			}
			want, _, _ := strings.Cut(g.Resource, ".")
			if strings.HasPrefix(g.Resource, "arn:") { // a parameter's value
				want = "MediaSecretArn"
			}
			if !slices.Contains(references(at(statement, "Resource")), want) {
				t.Errorf("%s may use %v", f.Name, at(statement, "Resource"))
			}
		}
	}
}

func TestWhatCostsMoneyWhileIdleIsOffByDefault(t *testing.T) {
	free := []string{
		"AWS::ApiGatewayV2::Api", "AWS::ApiGatewayV2::Stage", "AWS::DynamoDB::Table", "AWS::IAM::Role", "AWS::Lambda::Alias",
		"AWS::Events::EventBus", "AWS::Events::Rule", "AWS::Lambda::EventInvokeConfig", "AWS::Lambda::EventSourceMapping", "AWS::Lambda::Function", "AWS::Lambda::Permission",
		"AWS::Lambda::Version", "AWS::Logs::LogGroup", "AWS::SQS::Queue", "AWS::SQS::QueuePolicy",
	}
	for id, r := range translate(t, deployments()["an issuer"]).Resources {
		if !slices.Contains(free, r.Type) {
			t.Errorf("%s is an %s", id, r.Type)
		}
	}
}

func TestGradualDeploymentsRollBackOnTheAlarm(t *testing.T) {
	s := translate(t, deployments()["everything"])
	for _, f := range ours(t, nil).Functions {
		alarms := at(s.Resources[f.ID+"DeploymentGroup"].Properties, "AlarmConfiguration", "Alarms")
		if d := cmp.Diff([]any{map[string]any{"Name": map[string]any{"Ref": "FailuresAlarm"}}}, alarms); d != "" {
			t.Errorf("%s: %s", f.Name, d)
		}
	}
	if s.Resources["FailuresAlarm"].Type != "AWS::CloudWatch::Alarm" {
		t.Errorf("FailuresAlarm is %+v", s.Resources["FailuresAlarm"])
	}
}

func TestParametersThatMakeNoSenseAreRefused(t *testing.T) {
	issuer := deployments()["an issuer"]
	for name, c := range map[string]struct {
		given values
		want  string // the rule that refuses
	}{
		"nobody's tokens":              {values{}, "IssuerRequired"},
		"half an issuer":               {values{"TokenIssuer": "https://issuer.example.com"}, "IssuerRequired"},
		"an issuer and a pool":         {with(issuer, values{"UserPool": "true"}), "IssuerRequired"},
		"a domain without certificate": {with(issuer, values{"DomainName": "meet.example.com"}), "DomainParameters"},
		"a certificate for no domain":  {with(issuer, values{"CertificateArn": "arn"}), "DomainParameters"},
		"a zone for no domain":         {with(issuer, values{"HostedZoneId": "Z0"}), "DomainParameters"},
		"an unknown half of a server":  {with(issuer, values{"MediaUrl": "wss://media.example.com"}), "MediaParameters"},
		"a server without its secret":  {with(issuer, values{"Media": "livekit", "MediaUrl": "wss://media.example.com", "MediaKey": "key"}), "MediaParameters"},
		"a LiveKit of a domain": {with(issuer, values{"Media": "livekit", "MediaUrl": "wss://media.example.com", "MediaKey": "key",
			"MediaSecretArn": "arn", "MediaDomain": "acme"}), "MediaParameters"},
		"keys of sam local": {with(issuer, values{"KeySet": "{}"}), "LocalOnlyParameters"},
	} {
		s := translate(t, issuer)
		s.values = c.given
		if got := s.refusals(); !slices.Equal(got, []string{c.want}) {
			t.Errorf("%s: refused by %v, want %s", name, got, c.want)
		}
	}
	for name, given := range deployments() {
		if got := translate(t, given).refusals(); got != nil {
			t.Errorf("%s: refused by %v", name, got)
		}
	}
}

// refusals are the rules that refuse the values.
func (s stack) refusals() (names []string) {
	for name, rule := range s.Rules {
		for _, a := range rule.Assertions {
			if !s.holds(a.Assert) && a.AssertDescription != "" {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names
}

// at is what stands at the path, or nil.
func at(node any, path ...string) any {
	for _, name := range path {
		node = pairs(node)[name]
	}
	return node
}

func list(node any) []any {
	items, _ := node.([]any)
	return items
}

func pairs(node any) map[string]any {
	members, _ := node.(map[string]any)
	return members
}

func plain(node any) string {
	value, _ := node.(string)
	return value
}

func texts(node any) (all []string) {
	if one, ok := node.(string); ok {
		return []string{one}
	}
	for _, item := range list(node) {
		all = append(all, fmt.Sprint(item))
	}
	return all
}

// What a rule cannot hand on is given up in a queue that takes it from that rule, and from no other.
func TestRulesGiveUpInAQueueThatTakesIt(t *testing.T) {
	for name, want := range map[string][]string{
		"an issuer":  {"AutomateFunctionEventBusCommands"},
		"everything": {"AutomateFunctionEventBusCommands", "LockAfterStartRule"},
	} {
		resources := translate(t, deployments()[name]).Resources
		var rules []string
		for id, r := range resources {
			if r.Type != "AWS::Events::Rule" {
				continue
			}
			rules = append(rules, id)
			if got := references(at(r.Properties, "Targets")); !slices.Contains(got, "CommandsDLQ") {
				t.Errorf("%s: %s gives up in %v", name, id, got)
			}
		}
		slices.Sort(rules)
		if !slices.Equal(rules, want) {
			t.Errorf("%s: the rules are %v, want %v", name, rules, want)
		}
	}
}
