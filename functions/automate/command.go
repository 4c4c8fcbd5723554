package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"personal-rooms/shared/account"
	"personal-rooms/shared/api"
	"personal-rooms/shared/meeting"
)

// A command is an instruction of an automation, as commands.schema.json describes it.
type command struct {
	Source   string // of the event that carried it; empty if that has none: a message of the queue
	ID       string
	Account  string
	Name     string // "room.lock"
	User     string // whose rights it has
	Instance string // the uuid of the only one that it is for; empty: any
	address  string // of the room or meeting; empty: the user's personal room
	form     *api.Form
	request  meeting.Identity
	resumed  bool  // it was begun before, and interrupted
	invalid  error // of the fields that every command has
}

// Limits, in characters.
const (
	maxID       = 128
	maxInstance = 64
)

// read reads the fields that every command has. It returns an error if the detail is not an object, or does not name
// whose command it is: it has no outcome, because there is no account whose webhooks should receive that.
func read(source, id string, detail []byte) (command, error) {
	form, err := api.ParseForm(detail)
	if err != nil {
		return command{}, fmt.Errorf("automate: command %s: %w", id, err)
	}
	c := command{Source: source, ID: id, Account: "default", form: form, request: meeting.Fingerprint(compact(detail))}
	take := func(into *string, name string, most int) {
		if text := form.String(name, most); text != nil && *text != "" {
			*into = *text
		}
	}
	take(&c.ID, "command_id", maxID)
	take(&c.Account, "account_id", account.MaxAccount)
	take(&c.User, "user_id", account.MaxUser)
	if err := form.Err(); err != nil {
		return command{}, fmt.Errorf("automate: command %s: %w", id, err)
	}
	if !account.KeyPart(c.User, account.MaxUser) || !account.KeyPart(c.Account, account.MaxAccount) {
		return command{}, fmt.Errorf("automate: command %s: user_id or account_id is no id of a user or account", id)
	}
	take(&c.Name, "command", maxID)
	take(&c.Instance, "instance", maxInstance)
	form.Narrow("id", "instance")
	if address := form.NumberOrString("id"); address != nil {
		c.address = *address
	}
	form.Require("command")
	c.invalid = form.Err()
	return c, nil
}

// compact returns the command without white space, and with its members in order: so the same command has the same
// text.
func compact(detail []byte) string {
	var value any
	if json.Unmarshal(detail, &value) != nil {
		return string(detail)
	}
	text, err := json.Marshal(value)
	if err != nil {
		return string(detail)
	}
	return string(text)
}

// refusal returns why the command cannot be executed.
func (c command) refusal() error {
	if c.invalid != nil {
		return c.invalid
	}
	return meeting.RefuseField("command", fmt.Sprintf("given %q; must be one of %s", api.Shorten(c.Name), strings.Join(account.Commands(), ", ")))
}

const (
	// outcomeLife is how long an outcome is kept. During that time a repeated command is recognised.
	outcomeLife = 7 * 24 * time.Hour
	// maxRun is longer than the function's time limit: after that, a command that was begun does not run any more.
	maxRun = 15 * time.Second
)

var errRunning = errors.New("automate: the same command is running; it will be tried again")

// begin stores that the command has begun, and returns its outcome so far; false if the command is already done. It
// returns errRunning if the command may still be running. A command that was begun and is not done was interrupted, and
// is executed again: every command but room.rotate_passcode has the same effect twice, and that one replaces a passcode
// that nobody has seen. The outcome of a command that an older version finished is found by the id alone.
func (a automation) begin(ctx context.Context, c command) (account.Outcome, bool, error) {
	old, err := a.accounts.OldOutcome(ctx, c.Account, c.ID)
	if err != nil || old.Request == c.request && !old.DoneAt.IsZero() {
		return old, false, err
	}
	now := a.now()
	o := account.Outcome{
		Account: c.Account, Source: c.Source, ID: c.ID, Command: c.Name, User: c.User, Request: c.request,
		Expires: now.Add(outcomeLife),
	}
	put, err := a.accounts.PutOutcome(ctx, o)
	if !errors.Is(err, account.ErrStale) {
		return put, err == nil, err
	}
	known, err := a.accounts.Outcome(ctx, c.Account, c.Source, c.ID)
	switch {
	case err != nil:
		return known, false, err
	case known.Request != c.request:
		return known, false, fmt.Errorf("automate: %w", meeting.Refuse(meeting.KeyReused, "The id "+c.ID+" was used for another command."))
	case !known.DoneAt.IsZero():
		return known, false, nil
	case now.Before(known.Expires.Add(maxRun - outcomeLife)):
		return known, false, errRunning
	}
	o.Version = known.Version
	put, err = a.accounts.PutOutcome(ctx, o)
	if errors.Is(err, account.ErrStale) {
		err = errRunning
	}
	return put, err == nil, err
}
