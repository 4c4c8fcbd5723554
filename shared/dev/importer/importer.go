// Package importer creates the users of a file in an account, with the numbers and links that they have elsewhere, over
// the public API with an admin's token. A user is created whole or not at all, and only once, so an import that stopped
// is run again.
package importer

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// An Import is what is to be done.
type Import struct {
	To       string // the address of the API
	Token    string // of an admin: user:write:admin
	Apply    bool   // else the server is asked what would happen
	Parallel int    // requests at once
	Client   *http.Client
	Pause    func(context.Context, time.Duration) error
	Progress io.Writer // one line for each thousand users, and one on columns that are left out

	mu       sync.Mutex
	seen     map[string]string // what must be unique, and where it is in the file
	result   Result
	conflict func(Conflict)
}

// A Result counts users.
type Result struct{ Created, Conflicts int }

// Run imports the file, and passes conflicts on, in no order. Any error means that some users were not tried.
func (m *Import) Run(ctx context.Context, name string, from io.Reader, conflict func(Conflict)) (Result, error) {
	if m.seen == nil {
		m.seen = map[string]string{}
	}
	m.conflict = conflict
	all, ctx := errgroup.WithContext(ctx)
	all.SetLimit(max(1, m.Parallel))
	err := read(name, from, m.Progress, func(r row) error {
		if c := m.check(r); c != nil {
			m.count(c)
			return ctx.Err()
		}
		all.Go(func() error {
			c, err := m.create(ctx, r)
			if err == nil {
				m.count(c)
			}
			return err
		})
		return ctx.Err()
	})
	if failed := all.Wait(); failed != nil {
		err = failed
	}
	return m.result, err
}

func (m *Import) count(c *Conflict) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if c != nil {
		m.result.Conflicts++
		m.conflict(*c)
	} else {
		m.result.Created++
	}
	if n := m.result.Created + m.result.Conflicts; n%1000 == 0 {
		_, _ = fmt.Fprintf(m.Progress, "%d users, %d conflicts\n", n, m.result.Conflicts)
	}
}

// check finds what is wrong with the row, also what another row of the file has. What a row with a conflict has is free
// for the rows after it.
func (m *Import) check(r row) *Conflict {
	if c := r.check(); c != nil {
		return c
	}
	unique := r.unique()
	for i, key := range unique {
		if before, twice := m.seen[key]; twice && key != "" {
			return r.conflict(uniqueColumns[i], "is that of "+before+" too")
		}
	}
	for _, key := range unique {
		m.seen[key] = r.place
	}
	return nil
}

const (
	maxTries  = 60
	firstWait = time.Second
	maxAnswer = 64 << 10 // bytes
)

// create asks for the user until the server answers something else than "try again".
func (m *Import) create(ctx context.Context, r row) (*Conflict, error) {
	body, err := r.body()
	if err != nil {
		return nil, err
	}
	last := ""
	for range maxTries {
		status, wait, answer, err := m.post(ctx, body)
		switch {
		case err != nil && ctx.Err() != nil:
			return nil, err
		case err != nil:
			last = err.Error()
		case status == http.StatusOK || status == http.StatusCreated:
			return nil, nil //nolint:nilnil // no conflict
		case status == http.StatusUnauthorized || status == http.StatusForbidden:
			return nil, fmt.Errorf("the server answered %d: %s", status, answer.Message)
		case status != http.StatusTooManyRequests && status < 500:
			return r.refused(answer), nil
		default:
			last = fmt.Sprint(status, " ", answer.Message)
		}
		if err := m.Pause(ctx, wait); err != nil {
			return nil, err
		}
	}
	return nil, errors.New("the server does not answer: " + last)
}

// refusal is Zoom's shape of an error, and ours.
type refusal struct {
	Message, Reason string
	Errors          []struct{ Field, Message string }
}

func (r row) refused(a refusal) *Conflict {
	c := r.conflict("email", a.Message)
	switch a.Reason {
	case "number_taken":
		c.Field = "pmi"
	case "link_taken":
		c.Field = "vanity_name"
	}
	if len(a.Errors) > 0 {
		c.Field, c.Reason = strings.TrimPrefix(a.Errors[0].Field, "user_info."), a.Errors[0].Message
	}
	return c
}

// post sends one request. Its key is of the body, so the same row makes one user. It returns how long to wait before
// the next try.
func (m *Import) post(ctx context.Context, body []byte) (status int, wait time.Duration, answer refusal, err error) {
	url := strings.TrimRight(m.To, "/") + "/v2/users"
	if !m.Apply {
		url += "?dry_run=true"
	}
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return 0, firstWait, answer, err
	}
	sum := sha256.Sum256(body)
	q.Header.Set("Authorization", "Bearer "+m.Token)
	q.Header.Set("Content-Type", "application/json")
	q.Header.Set("Idempotency-Key", "import-"+hex.EncodeToString(sum[:16]))
	a, err := m.Client.Do(q)
	if err != nil {
		return 0, firstWait, answer, err
	}
	defer func() { _ = a.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(a.Body, maxAnswer))
	if json.Unmarshal(text, &answer) != nil {
		answer.Message = string(text)
	}
	wait = firstWait
	if s, notNumber := strconv.Atoi(a.Header.Get("Retry-After")); notNumber == nil {
		wait = time.Duration(s) * time.Second
	}
	return a.StatusCode, wait, answer, err
}
