package meeting

import (
	"strings"
	"testing"
)

// Guests see topics, names and invitations. An issuer may name nobody, or put the e-mail address in place of a name.
func TestNothingThatGuestsSeeIsMadeOfAnEMailAddress(t *testing.T) {
	for _, name := range []string{"", "kay@example.com", "Kay@Example.COM"} {
		p := Profile{User: User{Account: "acme", ID: "kay@example.com"}, Email: "kay@example.com", FirstName: name}
		i := Invitation{Host: p, Planned: Planned{Meeting: Meeting{ID: forA.ID, Topic: p.meetingTopic()}}}
		for _, text := range []string{p.Name(), p.DisplayName(), p.RoomTopic(), p.meetingTopic(), i.Text("", nine)} {
			if strings.Contains(strings.ToLower(text), "kay") || strings.HasPrefix(text, "'s") {
				t.Errorf("of the name %q: %s", name, text)
			}
		}
	}
	p := Profile{FirstName: "Kay", LastName: "Acme"}
	if got := p.RoomTopic() + ", " + p.meetingTopic() + ", " + p.DisplayName(); got !=
		"Kay Acme's Personal Meeting Room, Kay Acme's Meeting, Kay Acme" {
		t.Errorf("of a name: %s", got)
	}
}
