package template_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"personal-rooms/shared/dev/template"
)

// small is a template with one function, whose environment has the one variable VALUE.
const small = `
Parameters:
  Place: {Type: String, Default: home}
  Empty: {Type: String, Default: ""}
Conditions:
  Away: !Not [!Equals [!Ref Place, home]]
  Named: !And [!Condition Away, !Not [!Equals [!Ref Empty, ""]]]
Globals:
  Function: {Timeout: 3, Environment: {Variables: {ALL: everyone, VALUE: overridden}}}
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    Properties: {BillingMode: PAY_PER_REQUEST}
  EchoFunction:
    Type: AWS::Serverless::Function
    Properties:
      MemorySize: 128
      Environment: {Variables: {VALUE: %s}}
      Events: %s
`

const oneRoute = `{Get: {Type: HttpApi, Properties: {Method: get, Path: /x}}}`

func TestTemplateFunctions(t *testing.T) {
	for value, want := range map[string]string{
		`!Ref Place`:                              "home",
		`{Ref: Place}`:                            "home",
		`!Sub "in ${Place}, ${!kept}"`:            "in home, ${kept}",
		`{"Fn::Sub": "${AWS::Region}"}`:           "us-east-1",
		`!Sub ["${a}-${Place}", {a: !Ref Place}]`: "home-home",
		`!Sub "${Table.Arn}/index/i"`:             "Table.Arn/index/i",
		`!GetAtt Table.Arn`:                       "Table.Arn",
		`{"Fn::GetAtt": [Table, Arn]}`:            "Table.Arn",
		`!Ref Table`:                              "Table",
		`!If [Away, far, near]`:                   "near",
		`!If [Named, a, !Ref Place]`:              "home",
		`12`:                                      "12",
		`!Ref AWS::NoValue`:                       "overridden",
	} {
		b, err := template.Load(write(t, fmt.Sprintf(small, value, oneRoute)), nil)
		if err != nil {
			t.Errorf("%s: %v", value, err)
			continue
		}
		if got := b.Functions[0].Env["VALUE"]; got != want {
			t.Errorf("%s is %q, want %q", value, got, want)
		}
		if got := b.Functions[0].Env["ALL"]; got != "everyone" {
			t.Errorf("the variable of Globals is %q", got)
		}
	}
}

func TestConditionsFollowParameters(t *testing.T) {
	root := write(t, fmt.Sprintf(small, `!If [Named, named, !If [Away, away, home]]`, oneRoute))
	for want, parameters := range map[string]map[string]string{
		"home":  nil,
		"away":  {"Place": "office"},
		"named": {"Place": "office", "Empty": "x"},
	} {
		b, err := template.Load(root, parameters)
		if err != nil {
			t.Fatal(err)
		}
		if got := b.Functions[0].Env["VALUE"]; got != want {
			t.Errorf("with %v: %q, want %q", parameters, got, want)
		}
	}
}

func TestWhatIsNotUnderstoodIsAnErrorThatSaysWhere(t *testing.T) {
	route := func(path string) string {
		return fmt.Sprintf(`{A: {Type: HttpApi, Properties: {Method: GET, Path: %s}}}`, path)
	}
	twice := `{A: {Type: HttpApi, Properties: {Method: GET, Path: /x}}, B: {Type: HttpApi, Properties: {Method: GET, Path: /x}}}`
	for name, c := range map[string]struct{ text, want string }{
		"unknown function":  {fmt.Sprintf(small, `!Select [0, [a]]`, oneRoute), "EchoFunction: line 18: the function Select"},
		"unknown name":      {fmt.Sprintf(small, `!Ref Nowhere`, oneRoute), "nothing is named Nowhere"},
		"unknown resource":  {fmt.Sprintf(small, `!GetAtt Chair.Arn`, oneRoute), "no resource is named Chair"},
		"unknown condition": {fmt.Sprintf(small, `!If [Rain, a, b]`, oneRoute), "no condition is named Rain"},
		"relative path":     {fmt.Sprintf(small, `x`, route("x")), "event A: an HttpApi event needs"},
		"route twice":       {fmt.Sprintf(small, `x`, twice), "GET /x is a route of echo already"},
		"no function":       {"Resources: {}", "no function"},
		"no resources":      {"Transform: x", "no Resources"},
		"no YAML":           {"a: b: c", "yaml"},
		"odd name":          {strings.ReplaceAll(fmt.Sprintf(small, "x", oneRoute), "EchoFunction", "Echo"), `Echo: a function's logical id`},
		"a denial":          {fmt.Sprintf(small, `x`, oneRoute+"\n      Policies: [{Statement: [{Effect: Deny}]}]"), `effect is "Deny"`},
		"a condition":       {fmt.Sprintf(small, `x`, oneRoute+"\n      Policies: [{Statement: [{Effect: Allow, Condition: {Bool: {a: b}}}]}]"), "condition Bool on a"},
		"no table":          {strings.ReplaceAll(fmt.Sprintf(small, "x", oneRoute), "DynamoDB::Table", "SQS::Queue"), "one table is expected"},
	} {
		_, err := template.Load(write(t, c.text), nil)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "template.yaml: ") {
			t.Errorf("%s: %v, want template.yaml: … %s", name, err, c.want)
		}
	}
}

func TestAParameterMustExistAndHaveAValue(t *testing.T) {
	root := write(t, fmt.Sprintf(small, "x", oneRoute))
	if _, err := template.Load(root, map[string]string{"Plaec": "x"}); err == nil || !strings.Contains(err.Error(), "Plaec") {
		t.Errorf("a misspelt parameter: %v", err)
	}
	root = write(t, strings.Replace(fmt.Sprintf(small, "x", oneRoute), ", Default: home", "", 1))
	if _, err := template.Load(root, nil); err == nil || !strings.Contains(err.Error(), "Place has no default") {
		t.Errorf("a parameter without a value: %v", err)
	}
	if _, err := template.Load(root, map[string]string{"Place": "there"}); err != nil {
		t.Error(err)
	}
}

func write(t *testing.T, text string) (root string) {
	t.Helper()
	root = t.TempDir()
	if err := os.WriteFile(filepath.Join(root, template.TemplateName), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return root
}
