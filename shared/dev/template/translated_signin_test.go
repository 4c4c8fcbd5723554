//go:build translator

package template_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// With SignInPrefix the user pool has a page and a client for pages: without a secret, for the code flow only. It reads
// the account of a person, as the pool's other client does, and neither may change it.
func TestTheSignInPageOfTheUserPool(t *testing.T) {
	for t, s := range eachStack(t) {
		for _, id := range []string{"CognitoSignIn", "CognitoWebClient", "CognitoBranding"} {
			if _, found := s.Resources[id]; found != (s.values["SignInPrefix"] != "") {
				t.Errorf("%s exists: %v", id, found)
			}
		}
		for id, client := range s.ofType("AWS::Cognito::UserPoolClient") {
			p, account := client.Properties, "custom:account_id"
			if !slices.Contains(texts(at(p, "ReadAttributes")), account) || len(texts(at(p, "WriteAttributes"))) == 0 ||
				slices.Contains(texts(at(p, "WriteAttributes")), account) || at(p, "GenerateSecret") != nil {
				t.Errorf("%s is %v", id, p)
			}
		}
		client, found := s.Resources["CognitoWebClient"]
		if !found {
			continue
		}
		p, home := client.Properties, "https://"+s.values["DomainName"]
		if s.values["PublicUrl"] != "" {
			home = s.values["PublicUrl"]
		}
		if got := fmt.Sprint(at(p, "AllowedOAuthFlows"), at(p, "AllowedOAuthScopes"), at(p, "ExplicitAuthFlows")); got !=
			"[code] [openid email profile] [ALLOW_REFRESH_TOKEN_AUTH]" {
			t.Errorf("the flows and scopes of the client are %s", got)
		}
		checkAddresses(t, s, at(p, "CallbackURLs"), home+"/me")
		checkAddresses(t, s, at(p, "LogoutURLs"), home+"/me", home+"/")
		checkReferences(t, s, p, "CognitoUserPool")
	}
}

// checkAddresses evaluates !Split [",", !Join [",", …]].
func checkAddresses(t *testing.T, s stack, got any, want ...string) {
	t.Helper()
	var parts []string
	for _, part := range list(list(at(list(at(got, "Fn::Split"))[1], "Fn::Join"))[1]) {
		parts = append(parts, s.given(part))
	}
	if more := s.values["SignInCallbacks"]; more != "" {
		want = append(want, more)
	}
	if addresses := strings.Join(parts, ","); addresses != strings.Join(want, ",") {
		t.Errorf("people return to %s, want %s", addresses, want)
	}
}

// The pages learn the issuer and its client from the template. Neither may come from the API: that refers to the client
// by its audience, and to the functions by its routes.
func TestThePagesKnowHowPeopleSignIn(t *testing.T) {
	for t, s := range eachStack(t) {
		env := at(s.Resources["WebFunction"].Properties, "Environment", "Variables")
		want := map[string]string{
			"TOKEN_ISSUER": s.values["TokenIssuer"], "SIGN_IN_CLIENT": s.values["SignInClient"],
			"SIGN_IN_TOKEN": cmp.Or(s.values["SignInToken"], "access_token"), "SIGN_IN_ORIGIN": s.values["SignInOrigin"],
		}
		if s.values["UserPool"] == "true" {
			want["TOKEN_ISSUER"] = "https://cognito-idp.${AWS::Region}.amazonaws.com/${CognitoUserPool}"
		}
		if prefix := s.values["SignInPrefix"]; prefix != "" {
			want["SIGN_IN_CLIENT"], want["SIGN_IN_TOKEN"] = "${CognitoWebClient}", "id_token"
			want["SIGN_IN_ORIGIN"] = "https://" + prefix + ".auth.${AWS::Region}.amazoncognito.com"
		}
		for name, value := range want {
			if got := s.given(at(env, name)); got != value {
				t.Errorf("%s is %q, want %q", name, got, value)
			}
		}
		checkReferences(t, s, env, "CognitoUserPool", "CognitoWebClient", "Table", "EventBus", "DeliveriesQueue",
			"MediaOrdersQueue", "MailsQueue", "MailsDLQ", "RingsQueue", "EventsDLQ", "WebhookKey", "DoorbellKey", "HintsApi")
	}
}

// given returns a text with the values of the stack's parameters. A reference is ${name}.
func (s stack) given(node any) string {
	text := fmt.Sprint(node)
	if template := at(node, "Fn::Sub"); template != nil {
		text = fmt.Sprint(template)
	}
	if name := at(node, "Ref"); name != nil {
		text = fmt.Sprintf("${%s}", name)
	}
	defaults := values{"SignInToken": "access_token", "SignInClient": "", "SignInOrigin": ""}
	for name, value := range with(defaults, s.values) {
		text = strings.ReplaceAll(text, "${"+name+"}", value)
	}
	return text
}

// checkReferences fails the test if the node refers to a resource that is not allowed.
func checkReferences(t *testing.T, s stack, node any, allowed ...string) {
	t.Helper()
	for _, id := range references(node) {
		if _, isResource := s.Resources[id]; isResource && !slices.Contains(allowed, id) {
			t.Errorf("it refers to %s", id)
		}
	}
}
