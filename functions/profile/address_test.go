package main

import "testing"

// A profile follows the verified address of its user's tokens; the address of before leads to nobody.
func TestAProfileFollowsTheVerifiedAddress(t *testing.T) {
	edge := newEdge(t)
	edge.As("ada").Do("GET", me, nil).Want(t, 200)
	moved := edge.As("ada").Claiming("email", "countess@example.com")
	if got := moved.Do("GET", me, nil).Want(t, 200).Text(t, "email"); got != "countess@example.com" {
		t.Errorf("email is %q", got)
	}
	root := edge.AsAdmin("root")
	if got := root.Do("GET", "/v2/users/countess@example.com", nil).Want(t, 200).Text(t, "id"); got != "ada" {
		t.Errorf("the address is of %q", got)
	}
	root.Do("GET", "/v2/users/ada@example.com", nil).Refused(t, 404, 1001, "user_not_found")
}
