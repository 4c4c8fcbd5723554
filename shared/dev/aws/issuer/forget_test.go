//go:build unix

package issuer

import (
	"testing"
	"time"
)

func TestWhatExpiredIsForgotten(t *testing.T) {
	tokens, err := Open("")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	p := NewProvider(tokens, "http://127.0.0.1:3000", func() time.Time { return now })
	kept := func() int { return len(p.codes) + len(p.refreshs) + len(p.used) }
	p.keep(p.codes, grant{}, codeLife)
	p.keep(p.refreshs, grant{}, refreshLife)
	p.take(p.codes, p.keep(p.codes, grant{}, codeLife), 0)
	if kept() != 3 {
		t.Errorf("%d are kept", kept())
	}
	now = now.Add(refreshLife)
	if p.keep(p.codes, grant{}, codeLife); kept() != 1 {
		t.Errorf("%d are kept after all but one expired", kept())
	}
}
