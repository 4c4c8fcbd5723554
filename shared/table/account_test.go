package table

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"personal-rooms/shared/account"
)

func TestEndpointsAreReadAsStored(t *testing.T) {
	table := newTable(t)
	rapid.Check(t, func(rt *rapid.T) {
		want := drawn[account.Endpoint]().Draw(rt, "endpoint")
		want.Version = 0
		put, err := table.PutEndpoint(t.Context(), want)
		if errors.Is(err, account.ErrStale) { // drawn before
			return
		}
		if err != nil {
			rt.Fatal(err)
		}
		want.Version = 1
		differ(rt, "endpoint stored", want, put)
		got, err := table.Endpoint(t.Context(), want.Account, want.ID)
		if err != nil {
			rt.Fatal(err)
		}
		differ(rt, "endpoint", want, got)
	})
}

func TestTheEndpointsOfAnAccountAreItsOwn(t *testing.T) {
	table := newTable(t)
	for _, e := range []account.Endpoint{{Account: "acme", ID: "b"}, {Account: "acme", ID: "a"}, {Account: "other", ID: "c"}} {
		if _, err := table.PutEndpoint(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	if err := table.DropEndpoint(t.Context(), "acme", "b"); err != nil {
		t.Fatal(err)
	}
	got, err := table.Endpoints(t.Context(), "acme")
	if d := cmp.Diff([]account.Endpoint{{Account: "acme", ID: "a", Version: 1}}, got); d != "" || err != nil {
		t.Error(d, err)
	}
	if none, err := table.Endpoint(t.Context(), "acme", "b"); none.Exists() || err != nil {
		t.Error(none, err)
	}
}

func TestWhatAutomationsMayDoIsReadAsStored(t *testing.T) {
	table := newTable(t)
	want := account.Policy{Account: "acme"}
	for version := range int64(3) {
		got, err := table.Policy(t.Context(), "acme")
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Error(d, err)
		}
		want.Grants = append(want.Grants, account.Grant{User: "ada", Commands: []string{"room.lock"}})
		if want, err = table.PutPolicy(t.Context(), want); err != nil || want.Version != version+1 {
			t.Fatal(want, err)
		}
	}
	stale := want
	stale.Version--
	if _, err := table.PutPolicy(t.Context(), stale); !errors.Is(err, account.ErrStale) {
		t.Errorf("over another version: %v", err)
	}
}

func TestOutcomesAreReadAsStored(t *testing.T) {
	table := newTable(t)
	rapid.Check(t, func(rt *rapid.T) {
		want := drawn[account.Outcome]().Draw(rt, "outcome")
		want.Version = 0
		if _, err := table.PutOutcome(t.Context(), want); errors.Is(err, account.ErrStale) {
			return
		} else if err != nil {
			rt.Fatal(err)
		}
		want.Version = 1
		got, err := table.Outcome(t.Context(), want.Account, want.ID)
		if err != nil {
			rt.Fatal(err)
		}
		differ(rt, "outcome", want, got)
		want.Version = 0
		if _, err := table.PutOutcome(t.Context(), want); !errors.Is(err, account.ErrStale) {
			rt.Fatalf("it was put twice: %v", err)
		}
	})
}
