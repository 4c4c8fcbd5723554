package table

import (
	"context"

	"personal-rooms/shared/meeting"
)

func profileFields(p *meeting.Profile) fields {
	return append(userFields(&p.User),
		value("email", &p.Email),
		value("first_name", &p.FirstName),
		value("last_name", &p.LastName),
		value("timezone", &p.Timezone),
		value("language", &p.Language),
		value("dept", &p.Dept),
		value("host_key", &p.HostKey),
		value("pmi", &p.PMI),
		value("past_numbers", &p.PastNumbers),
		value("forwarding", &p.Forwarding),
		value("link", &p.Link),
		value("always_pmi", &p.AlwaysPMI),
		value("schedule_pmi", &p.SchedulePMI),
		value("settings", &p.Passthrough),
		value("page_key", &p.PageKey),
		value("created_at", &p.CreatedAt),
		value("v", &p.Version),
	)
}

// profileItem returns the profile as it is stored. Its creation is no event.
func profileItem(p meeting.Profile) fields {
	return append(profileFields(&p), itemType("profile"), noEvent(p.Version == 1))
}

// Profile returns the user's profile; the zero Profile if there is none.
func (t *Table) Profile(ctx context.Context, u meeting.User) (meeting.Profile, error) {
	return read(ctx, t, profileKey(u), profileFields)
}

// UserOfLink returns the user that the personal link leads to; the zero User if it leads to nobody. A link never leads
// to a number.
func (t *Table) UserOfLink(ctx context.Context, l meeting.Link) (meeting.User, error) {
	return read(ctx, t, linkKey(l), userFields)
}

// UserOfEmail returns the user with the verified address; the zero User if nobody of the account has it.
func (t *Table) UserOfEmail(ctx context.Context, account, email string) (meeting.User, error) {
	return read(ctx, t, emailKey(account, email), userFields)
}
