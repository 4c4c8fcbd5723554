package table

import (
	"errors"
	"testing"

	"personal-rooms/shared/account"
	"personal-rooms/shared/meeting"
)

func TestAccountRulesAreReadAsStored(t *testing.T) {
	table, ctx := newTable(t), t.Context()
	none, err := table.AccountRules(ctx, "acme")
	must(t, err)
	differ(t, "none", meeting.AccountRules{Account: "acme"}, none)
	want := meeting.AccountRules{
		Account: "acme", Values: map[meeting.AccountSetting]bool{meeting.AccountWaitingRoom: true, meeting.AccountInstantPMI: false},
		Locked: []meeting.AccountSetting{meeting.AccountWaitingRoom}, ClosedAt: start, Note: "abuse",
	}
	must(t, table.PutAccountRules(ctx, want))
	if err := table.PutAccountRules(ctx, want); !errors.Is(err, account.ErrStale) {
		t.Errorf("over another version: %v", err)
	}
	want.Version = 1
	for i := range ruleCopies {
		got, err := read(ctx, table, rulesKey("acme", i), rulesFields)
		must(t, err)
		got.Account = "acme"
		differ(t, "a copy", want, got)
	}
	got, err := table.AccountRules(ctx, "acme")
	must(t, err)
	differ(t, "stored", want, got)
}
