package table

import (
	"context"
	"maps"
	"slices"
	"time"

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
		value("past_links", &p.PastLinks),
		value("renamed_on", &p.RenamedOn),
		value("renames", &p.Renames),
		value("always_pmi", &p.AlwaysPMI),
		value("schedule_pmi", &p.SchedulePMI),
		value("settings", &p.Passthrough),
		value("page_key", &p.PageKey),
		value("created_at", &p.CreatedAt),
		value("status", &p.Status),
		value("sweep", &p.Sweep),
		value("moved_to", &p.MovedTo),
		value("invited_as", &p.InvitedAs),
		value("request", &p.Request),
		value("v", &p.Version),
	)
}

// profileItem returns the profile as it is stored. Its creation is no event, nor is that an invited user moved.
func profileItem(p meeting.Profile) fields {
	silent := p.Version == 1 || p.MovedTo != ""
	all := append(profileFields(&p), memberFields(p)...)
	return append(all, itemType("profile"), noEvent(silent))
}

// Profile returns the user's profile; the zero Profile if there is none.
func (t *Table) Profile(ctx context.Context, u meeting.User) (meeting.Profile, error) {
	return read(ctx, t, profileKey(u), profileFields)
}

// UserOfEmail returns the user with the verified address; the zero User if nobody of the account has it.
func (t *Table) UserOfEmail(ctx context.Context, account, email string) (meeting.User, error) {
	return read(ctx, t, emailKey(account, email), userFields)
}

// SaveContacts stores until expires that the host met the people at the time, unless a later time is stored.
func (t *Table) SaveContacts(ctx context.Context, host meeting.User, people []meeting.Identity, at, expires time.Time) error {
	writes := make([]write, len(people))
	for i, id := range people {
		writes[i] = write{key: contactKey(host, id), item: contactItem(at, expires), when: atMost("at", millis(at))}
	}
	return t.putIfNewer(ctx, writes...)
}

func contactItem(at, expires time.Time) fields {
	return fields{value("at", &at), itemType("met"), deleteAfter(expires)}
}

// Contacts returns when the host last met each of the people. People whom the host did not meet, or met long ago, are
// not in it.
func (t *Table) Contacts(ctx context.Context, host meeting.User, people []meeting.Identity) (map[meeting.Identity]time.Time, error) {
	asked := map[string]meeting.Identity{}
	keys := map[key]bool{}
	for _, id := range people {
		k := contactKey(host, id)
		asked[k.sk], keys[k] = id, true
	}
	items, err := t.readAll(ctx, slices.Collect(maps.Keys(keys)))
	if err != nil {
		return nil, err
	}
	met := map[meeting.Identity]time.Time{}
	for _, stored := range items {
		var sk string
		var at time.Time
		if err := (fields{fromKey("sk", "", &sk), value("at", &at)}).decode(stored); err != nil {
			return nil, err
		}
		met[asked[sk]] = at
	}
	return met, nil
}

// idempotencyFields are what an Idempotency-Key did. The meeting is absent if the key started an instance only.
func idempotencyFields(r *meeting.IdempotencyRecord) fields {
	return append(userFields(&r.By),
		value("key", &r.Key),
		value("request", &r.Request),
		nested("meeting", &r.Meeting, meetingFields),
		value("instance", &r.Instance),
		value("expires", &r.Expires),
	)
}

func idempotencyItem(r meeting.IdempotencyRecord) fields {
	return append(idempotencyFields(&r), itemType("record"), deleteAfter(r.Expires))
}

// IdempotencyRecord returns the record of the user's key; the zero IdempotencyRecord if there is none.
func (t *Table) IdempotencyRecord(ctx context.Context, by meeting.User, name string) (meeting.IdempotencyRecord, error) {
	return read(ctx, t, idempotencyKey(by, name), idempotencyFields)
}
