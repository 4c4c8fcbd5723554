package table

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"personal-rooms/shared/account"
	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/meeting"
)

// A new kind of item needs a decision on personal data.
func TestEveryKindOfItemHasItsPersonalData(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) < 10 {
		t.Fatal(files, err)
	}
	stored := map[string]bool{}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range regexp.MustCompile(`itemType\("(\w+)"\)`).FindAllStringSubmatch(string(source), -1) {
			stored[found[1]] = true
		}
	}
	for kind := range stored {
		if personalKinds[kind].where == "" {
			t.Errorf("personalKinds has no row for the items of the type %q", kind)
		}
	}
	operate, err := os.ReadFile("../docs/operate.md")
	if err != nil {
		t.Fatal(err)
	}
	for kind, row := range personalKinds {
		if want := "| `" + row.name + "` | " + row.where + " | "; !strings.Contains(string(operate), want) {
			t.Errorf("docs/operate.md has no row %q of the type %q", want, kind)
		}
	}
}

// An item that is somebody else's by the time of its deletion stays.
func TestErasingDeletesNothingThatChangedMeanwhile(t *testing.T) {
	table, faults, _ := faultyTable(t)
	ctx, ada, bob := t.Context(), user(1), user(2)
	const address = "ada@example.com"
	must(t, table.Save(ctx, meeting.ClaimEmail{Email: address, User: ada}))
	faults.Plan("DeleteItem", dynamoproxy.Conflict, dynamoproxy.After(func() {
		must(t, table.Save(ctx, meeting.GiveEmail{Email: address, From: ada, To: bob}))
	}))
	_, next, err := table.ErasePersonalData(ctx, account.Person{User: ada}, account.Erasing{Pseudonym: "erased", Now: start}, "", 100)
	must(t, err)
	differ(t, "next", "", next)
	got, err := table.UserOfEmail(ctx, ada.Account, address)
	must(t, err)
	differ(t, "user", bob, got)
}

// A deletion with an entry of the audit trail that conflicts with another transaction is not made: that is no success.
func TestAConflictIsNoDeletion(t *testing.T) {
	table, faults, _ := faultyTable(t)
	ctx := t.Context()
	entry := meeting.PutAudit{Entry: meeting.AuditEntry{Account: "a", ID: "000000000000001/x"}}
	app, err := table.PutApp(ctx, account.App{Account: "a", ID: "app", CreatedBy: user(1)})
	must(t, err)
	faults.Plan("TransactWriteItems", dynamoproxy.Times(tries, dynamoproxy.Cancel("TransactionConflict", "None"))...)
	if err := table.DropApp(ctx, "a", "app", entry); !errors.Is(err, meeting.ErrContended) {
		t.Errorf("a conflict: %v", err)
	}
	got, err := table.App(ctx, "a", "app")
	must(t, err)
	differ(t, "app", app, got)
	must(t, table.DropApp(ctx, "a", "app", entry))
	must(t, table.DropApp(ctx, "a", "app", entry)) // it is gone
}
