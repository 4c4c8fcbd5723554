package main

import "testing"

// Whoever is seen here first has a profile too, and one that follows the verified address of their tokens.
func TestAProfileFollowsTheVerifiedAddress(t *testing.T) {
	edge := newEdge(t)
	edge.As("grace").Do("GET", mine, nil).Want(t, 200)
	edge.As("grace").Claiming("email", "admiral@example.com").Do("GET", mine, nil).Want(t, 200)
	root := edge.AsAdmin("root")
	root.Do("GET", "/v2/users/admiral@example.com/meetings", nil).Want(t, 200)
	root.Do("GET", "/v2/users/grace@example.com/meetings", nil).Refused(t, 404, 1001, "user_not_found")
}
