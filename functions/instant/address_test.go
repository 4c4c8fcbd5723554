package main

import "testing"

// Whoever is seen here first has a profile too, and one that follows the verified address of their tokens.
func TestAProfileFollowsTheVerifiedAddress(t *testing.T) {
	s := newScene(t)
	s.As("grace").Do("POST", mine, nil).Want(t, 201)
	s.As("grace").Claiming("email", "admiral@example.com").Do("POST", mine, nil).Want(t, 201)
	root := s.AsAdmin("root")
	root.Do("POST", "/v2/users/admiral@example.com/instant_meetings", nil).Want(t, 201)
	root.Do("POST", "/v2/users/grace@example.com/instant_meetings", nil).Refused(t, 404, 1001, "user_not_found")
}
