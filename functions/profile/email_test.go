package main

import (
	"net/url"
	"testing"

	"personal-rooms/shared/meeting"
)

func TestWhetherAnEmailAddressIsAUsers(t *testing.T) {
	s := newScene(t)
	grace := s.As("grace")
	grace.Do("GET", me, nil).Want(t, 200)
	asks := func(email string) string { return "/v2/users/email?email=" + url.QueryEscape(email) }
	const yes, no = `{"existed_email":true}`, `{"existed_email":false}`
	s.ada.Do("GET", asks("Grace@Example.com"), nil).Want(t, 200).Is(t, yes)
	s.ada.Do("GET", asks("nobody@example.com"), nil).Want(t, 200).Is(t, no)
	s.ada.Do("GET", asks("ada@example.com"), nil).Want(t, 200).Is(t, yes) // before Ada has a profile
	s.ada.Claiming("account_id", "other").Do("GET", asks("grace@example.com"), nil).Want(t, 200).Is(t, no)
	s.ada.Do("GET", asks("grace"), nil).Refuses(t, "email")

	root := s.AsAdmin("root")
	for range meeting.ClientGuesses {
		grace.Do("GET", asks("nobody@example.com"), nil).Want(t, 200)
		root.Do("GET", asks("nobody@example.com"), nil).Want(t, 200)
	}
	grace.Do("GET", asks("ada@example.com"), nil).Refused(t, 429, 429, "too_many_guesses")
	grace.Do("GET", asks("grace@example.com"), nil).Want(t, 200).Is(t, yes)
	root.Do("GET", asks("grace@example.com"), nil).Want(t, 200).Is(t, yes)
}
