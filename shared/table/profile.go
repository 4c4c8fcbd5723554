package table

import (
	"context"

	"personal-rooms/shared/meeting"
)

type profileItem struct {
	itemHeader
	userFields
	Email     string `dynamodbav:"email,omitempty"`
	FirstName string `dynamodbav:"first_name,omitempty"`
	LastName  string `dynamodbav:"last_name,omitempty"`
	Timezone  string `dynamodbav:"timezone,omitempty"`
	Language  string `dynamodbav:"language,omitempty"`
	Dept      string `dynamodbav:"dept,omitempty"`
	HostKey   string `dynamodbav:"host_key,omitempty"`

	PMI         string   `dynamodbav:"pmi,omitempty"`
	PastNumbers []string `dynamodbav:"past_numbers,omitempty"`
	Forwarding  bool     `dynamodbav:"forwarding,omitempty"`
	Link        string   `dynamodbav:"link,omitempty"`

	AlwaysPMI   bool   `dynamodbav:"always_pmi,omitempty"`
	SchedulePMI bool   `dynamodbav:"schedule_pmi,omitempty"`
	Settings    []byte `dynamodbav:"settings,omitempty"`
	PageKey     []byte `dynamodbav:"page_key,omitempty"`
	NoEvent     bool   `dynamodbav:"quiet,omitempty"`

	CreatedAt int64 `dynamodbav:"created_at,omitempty"`
	Version   int64 `dynamodbav:"v"`
}

func profileItemOf(p meeting.Profile) (profileItem, error) {
	settings, err := passthroughJSON(p.Passthrough)
	return profileItem{
		itemHeader:  itemHeader{Type: "profile"},
		userFields:  userFieldsOf(p.User),
		Email:       p.Email,
		FirstName:   p.FirstName,
		LastName:    p.LastName,
		Timezone:    p.Timezone,
		Language:    p.Language,
		Dept:        p.Dept,
		HostKey:     p.HostKey,
		PMI:         string(p.PMI),
		PastNumbers: digits(p.PastNumbers),
		Forwarding:  p.Forwarding,
		Link:        string(p.Link),
		AlwaysPMI:   p.AlwaysPMI,
		SchedulePMI: p.SchedulePMI,
		Settings:    settings,
		PageKey:     digest(p.PageKey[:]),
		CreatedAt:   millis(p.CreatedAt),
		Version:     p.Version,
	}, err
}

func (i profileItem) profile() (meeting.Profile, error) {
	settings, err := passthroughOf(i.Settings)
	p := meeting.Profile{
		User:        i.user(),
		Email:       i.Email,
		FirstName:   i.FirstName,
		LastName:    i.LastName,
		Timezone:    i.Timezone,
		Language:    i.Language,
		Dept:        i.Dept,
		HostKey:     i.HostKey,
		PMI:         meeting.Number(i.PMI),
		PastNumbers: numbersOf(i.PastNumbers),
		Forwarding:  i.Forwarding,
		Link:        meeting.Link(i.Link),
		AlwaysPMI:   i.AlwaysPMI,
		SchedulePMI: i.SchedulePMI,
		Passthrough: settings,
		CreatedAt:   timeOf(i.CreatedAt),
		Version:     i.Version,
	}
	copy(p.PageKey[:], i.PageKey)
	return p, err
}

func digits(numbers []meeting.Number) []string {
	var all []string
	for _, n := range numbers {
		all = append(all, string(n))
	}
	return all
}

func numbersOf(digits []string) []meeting.Number {
	var all []meeting.Number
	for _, d := range digits {
		all = append(all, meeting.Number(d))
	}
	return all
}

// Profile is the zero Profile if there is none.
func (t *Table) Profile(ctx context.Context, u meeting.User) (meeting.Profile, error) {
	var i profileItem
	if err := t.read(ctx, profileKey(u), &i); err != nil {
		return meeting.Profile{}, err
	}
	return i.profile()
}

func putProfile(c meeting.PutProfile) (write, error) {
	over := c.Profile.Version
	c.Profile.Version++
	i, err := profileItemOf(c.Profile)
	i.NoEvent = over == 0
	return write{key: profileKey(c.Profile.User), item: i, anew: over == 0, when: version(over)}, err
}
