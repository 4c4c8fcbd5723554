package table

import (
	"context"
	"fmt"
	"strings"

	"personal-rooms/shared/meeting"
)

// membersIndex is the global secondary index of the users of an account, by status. It has keys only, so that an edit
// of a profile costs nothing there.
const membersIndex = "members"

// memberFields are the keys of the index. A profile that moved is not in it.
func memberFields(p meeting.Profile) fields {
	if p.MovedTo != "" {
		return fields{computed("members", ""), computed("member", "")}
	}
	return fields{
		computed("members", membersPartition(p.User.Account, p.Status)),
		computed("member", fmt.Sprintf("%015d/%s", max(0, p.CreatedAt.UnixMilli()), p.User.ID)),
	}
}

func membersPartition(account string, s meeting.Status) string {
	return "MEMBERS#" + escape(account) + "#" + s.String()
}

// Members returns a page of the users of the account with the status, the oldest profile first, and where the next page
// begins. The index may be late by a moment.
func (t *Table) Members(ctx context.Context, account string, s meeting.Status, after string, limit int,
) ([]meeting.User, string, error) {
	in := keyQuery("member", express("#members = ?", membersPartition(account, s)))
	if _, id, ok := strings.Cut(after, "/"); ok {
		in.ExclusiveStartKey = profileKey(meeting.User{Account: account, ID: id}).attributes()
		in.ExclusiveStartKey["members"], in.ExclusiveStartKey["member"] = text(membersPartition(account, s)), text(after)
	}
	found, next, err := queryPage(ctx, t, in, limit, func(position *string) fields {
		return fields{value("member", position)}
	}, func(last string) string { return last })
	users := make([]meeting.User, len(found))
	for i, position := range found {
		_, id, _ := strings.Cut(position, "/")
		users[i] = meeting.User{Account: account, ID: id}
	}
	return users, next, err
}

// Profiles returns the profiles of the users, in their order; of a user without one, the zero Profile.
func (t *Table) Profiles(ctx context.Context, users []meeting.User) ([]meeting.Profile, error) {
	keys, at := make([]key, len(users)), make(map[meeting.User]int, len(users))
	for i, u := range users {
		keys[i], at[u] = profileKey(u), i
	}
	items, err := t.readAll(ctx, keys)
	if err != nil {
		return nil, err
	}
	found, err := decodeAll(items, profileFields)
	all := make([]meeting.Profile, len(users))
	for _, p := range found {
		all[at[p.User]] = p
	}
	return all, err
}
