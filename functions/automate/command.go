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

// A command is what an automation wants, as commands.schema.json says.
type command struct {
	ID       string
	Account  string
	Name     string // "room.lock"
	User     string // as whom
	Instance string // the sitting that it is for; empty: whichever there is
	address  string // of the room or meeting; empty: the user's personal room
	form     *api.Form
	request  meeting.Identity
	again    bool  // it was begun before, and interrupted
	unfit    error // what is wrong with it, in fields that every command has
}

// Limits, in characters.
const (
	maxID       = 128
	maxAccount  = 64
	maxUser     = 128
	maxInstance = 64
)

// read reads what every command has. Without an id there is no command: the error says what came.
func read(id string, detail []byte) (command, error) {
	form, err := api.ParseForm(detail)
	if err != nil {
		return command{}, fmt.Errorf("automate: command %s: %w", id, err)
	}
	c := command{ID: id, Account: "default", form: form, request: meeting.Fingerprint(compact(detail))}
	take := func(into *string, name string, most int) {
		if text := form.String(name, most); text != nil && *text != "" {
			*into = *text
		}
	}
	take(&c.ID, "command_id", maxID)
	take(&c.Account, "account_id", maxAccount)
	take(&c.Name, "command", maxID)
	take(&c.User, "user_id", maxUser)
	take(&c.Instance, "instance", maxInstance)
	if address := form.NumberOrString("id"); address != nil {
		c.address = *address
	}
	form.Require("command", "user_id")
	c.unfit = form.Err()
	if strings.ContainsAny(c.Account+c.User, "#") {
		c.unfit = errors.Join(c.unfit, meeting.RefuseField("user_id", "holds a character that no id has"))
	}
	return c, nil
}

// compact is the command without white space: written another way, it is still the same.
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

// refusal is what is wrong with a command that cannot be carried out.
func (c command) refusal() error {
	if c.unfit != nil {
		return c.unfit
	}
	return meeting.RefuseField("command", fmt.Sprintf("given %q; must be one of %s", api.Shorten(c.Name), strings.Join(account.Commands(), ", ")))
}

const (
	// outcomeLife is how long an outcome is kept, and so how late a command that came before is known again.
	outcomeLife = 7 * 24 * time.Hour
	// atWork is how long after it was begun a command may still be at work: longer than the function's time limit.
	atWork = 15 * time.Second
)

var errAtWork = errors.New("automate: the same command is at work; it comes again")

// begin stores that the command is begun, and is its outcome so far; false if there is nothing left to do. What was begun and is not done was
// interrupted, and is done again: each command but room.rotate_passcode comes to the same when it is done twice, and that one makes a passcode
// of which nobody was told yet.
func (a automation) begin(ctx context.Context, c command) (account.Outcome, bool, error) {
	now := a.now()
	o := account.Outcome{Account: c.Account, ID: c.ID, Command: c.Name, User: c.User, Request: c.request, Expires: now.Add(outcomeLife)}
	put, err := a.accounts.PutOutcome(ctx, o)
	if !errors.Is(err, account.ErrStale) {
		return put, err == nil, err
	}
	known, err := a.accounts.Outcome(ctx, c.Account, c.ID)
	switch {
	case err != nil:
		return known, false, err
	case known.Request != c.request:
		return known, false, fmt.Errorf("automate: %w", meeting.Refuse(meeting.KeyReused, "The id "+c.ID+" was used for another command."))
	case !known.DoneAt.IsZero():
		return known, false, nil
	case now.Before(known.Expires.Add(atWork - outcomeLife)):
		return known, false, errAtWork
	}
	o.Version = known.Version
	put, err = a.accounts.PutOutcome(ctx, o)
	if errors.Is(err, account.ErrStale) {
		err = errAtWork
	}
	return put, err == nil, err
}
