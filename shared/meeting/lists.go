package meeting

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"slices"
)

// Paging of lists.
const (
	DefaultPage = 30
	MaxPage     = 300
)

// ListType is which meetings a list shows, in Zoom's words.
type ListType string

const (
	ListScheduled ListType = "scheduled" // all that are planned
	ListUpcoming  ListType = "upcoming"  // those not over yet, soonest first
)

// A Page of a host's meetings.
type Page struct {
	Meetings []Meeting
	Profile  Profile // the host's
	Next     string  // token of the next page; "": this is the last
}

// List is a page of the meetings of who. A token is good for its user and its list only.
func (s *Schedule) List(ctx context.Context, c Caller, who string, list ListType, size int, token string) (Page, error) {
	p, err := s.person(ctx, c, who, AdminReadsMeetings)
	if err != nil {
		return Page{}, err
	}
	seal := sealer{key: p.PageKey, list: string(list)}
	after, ok := seal.open(token)
	if !ok {
		return Page{}, RefuseField("next_page_token", "This is not a token of this list. Leave it out to begin anew.")
	}
	page := Page{Profile: p}
	if list == ListUpcoming {
		page.Meetings, after, err = s.Agenda(ctx, p.User, s.Now(), after, size)
	} else {
		page.Meetings, after, err = s.Turnstile.Planned(ctx, p.User, after, size)
	}
	page.Meetings = slices.DeleteFunc(page.Meetings, func(m Meeting) bool { return m.Type == Instant })
	page.Next = seal.close(after)
	return page, err
}

// A sealer makes page tokens that nobody can forge, nor use for another user or list.
type sealer struct {
	key  [16]byte
	list string
}

func (s sealer) mac(position string) []byte {
	mac := hmac.New(sha256.New, s.key[:])
	mac.Write([]byte(s.list + "\x00" + position))
	return mac.Sum(nil)[:16]
}

func (s sealer) close(position string) string {
	if position == "" {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(append(s.mac(position), position...))
}

func (s sealer) open(token string) (position string, ok bool) {
	if token == "" {
		return "", true
	}
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(raw) <= 16 {
		return "", false
	}
	position = string(raw[16:])
	return position, hmac.Equal(raw[:16], s.mac(position))
}
