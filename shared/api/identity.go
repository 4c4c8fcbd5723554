package api

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"personal-rooms/shared/account"
	"personal-rooms/shared/meeting"
)

// identityOf returns the user that a verified token is for. The account is account_id or, from Cognito,
// custom:account_id. It returns [BadToken] if sub or the account cannot be part of a key or is a list; for an access
// token of Cognito, because no app is registered; and for an ID token of Cognito without an account.
func identityOf(claims map[string]string) (meeting.User, error) {
	id, of := claims["sub"], cmp.Or(claims["account_id"], claims["custom:account_id"])
	use := claims["token_use"] // every token of Cognito has it, and no other does
	switch {
	case use != "" && use != "id", claims["aud"] == "" && claims["client_id"] != "":
		return meeting.User{}, badToken("an access token of an app that is not registered")
	case use != "" && of == "":
		return meeting.User{}, badToken("the user pool gives this user no account")
	}
	user := meeting.User{Account: cmp.Or(of, defaultAccount), ID: id}
	if !isID(user.ID, account.MaxUser) || !isID(user.Account, account.MaxAccount) {
		return meeting.User{}, badToken("sub or account_id is missing, too long, a list, or cannot be part of a key")
	}
	return user, nil
}

// isID reports whether the text of a claim is one id. API Gateway shows a list as "[a b]", and an object as "map[a:b]".
func isID(claim string, maxBytes int) bool {
	several := strings.HasSuffix(claim, "]") && (strings.HasPrefix(claim, "[") || strings.HasPrefix(claim, "map["))
	return !several && account.KeyPart(claim, maxBytes)
}

// scopesOf returns the scopes of a token. "rooms/meeting:read" is meeting:read: Cognito puts the name of a resource
// server before a scope. A prefix may be that of another API, so no scope for admins may have one.
//
// The ID token of Cognito has no scope. That of a member of the group of admins, if the operator named one, has
// all scopes of admins.
func scopesOf(claims map[string]string, admins string) []string {
	scopes := words(claims["scope"] + " " + claims["scp"])
	if admins != "" && claims["token_use"] == "id" && slices.Contains(groups(claims["cognito:groups"]), admins) {
		scopes = append(scopes, account.AdminScopes()...)
	}
	for _, scope := range slices.Clone(scopes) {
		if i := strings.LastIndexByte(scope, '/'); i >= 0 && !strings.HasSuffix(scope, forAdmins) {
			scopes = append(scopes, scope[i+1:])
		}
	}
	return scopes
}

// groups splits a list in API Gateway's format, "[a b]". The name of a group has no space, but may have any other
// character: it is compared as a whole.
func groups(claim string) []string {
	list, opened := strings.CutPrefix(claim, "[")
	list, closed := strings.CutSuffix(list, "]")
	if !opened || !closed {
		return nil
	}
	return strings.Fields(list)
}

// words splits a claim that lists words: "a b", or in API Gateway's format for lists, "[a b]".
func words(claim string) []string {
	return strings.FieldsFunc(claim, func(c rune) bool { return unicode.IsSpace(c) || strings.ContainsRune("[],", c) })
}

// ours matches what looks like a scope of ours in any case, and with anything before it: such a scope limits a token,
// even if it gives no right.
var ours = regexp.MustCompile(`(?i)(^|[^a-z])(user|meeting|webhook|automation|account|report|app):`)

func isOurs(scope string) bool { return ours.MatchString(scope) }
