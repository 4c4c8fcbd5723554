package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"personal-rooms/shared/account"
	"personal-rooms/shared/meeting"
)

// An automation carries out commands. It has the use cases that people have over HTTP, and no others.
type automation struct {
	turnstile *meeting.Turnstile
	accounts  account.Store
	log       *slog.Logger
}

// handle takes an event of the bus, or a batch of messages of the queue. An error, or a message that is named as failed, comes again; what
// fails for good ends in the queue Undone.
func (a automation) handle(ctx context.Context, raw json.RawMessage) (any, error) {
	var batch events.SQSEvent
	if err := json.Unmarshal(raw, &batch); err == nil && len(batch.Records) > 0 {
		return a.messages(ctx, batch), nil
	}
	id, detail, err := eventOf(raw)
	if err != nil {
		return nil, err
	}
	return nil, a.command(ctx, id, detail)
}

// messages carries out the commands of a batch, each whatever becomes of the others.
func (a automation) messages(ctx context.Context, batch events.SQSEvent) events.SQSEventResponse {
	failed := []events.SQSBatchItemFailure{}
	for _, m := range batch.Records {
		if err := a.message(ctx, m); err != nil {
			a.log.Log(ctx, severity(err), "a command was not carried out", "message_id", m.MessageId, "cause", err)
			failed = append(failed, events.SQSBatchItemFailure{ItemIdentifier: m.MessageId})
		}
	}
	return events.SQSEventResponse{BatchItemFailures: failed}
}

// severity is how an error is logged. That a command comes while it is at work is no failure.
func severity(err error) slog.Level {
	if errors.Is(err, errAtWork) {
		return slog.LevelInfo
	}
	return slog.LevelError
}

// message is an event of a bus that a rule has put into the queue, or a command alone; either may have been given up before. Any other event is
// refused without an outcome: that would be an event again, and a rule that put all events there would never come to an end.
func (a automation) message(ctx context.Context, m events.SQSMessage) error {
	body := []byte(m.Body)
	members := membersOf(body)
	if given := members["requestPayload"]; given != nil && members["command"] == nil { // as Lambda puts it into Undone
		body, members = given, membersOf(given)
	}
	switch {
	case members["detail-type"] != nil:
		id, detail, err := eventOf(body)
		if err != nil {
			return err
		}
		return a.command(ctx, id, detail)
	case members["event"] != nil && members["command"] == nil:
		return errors.New("automate: an event, which is no command")
	}
	return a.command(ctx, m.MessageId, body)
}

// membersOf are those of an object, by name; none of what is no object.
func membersOf(body []byte) (members map[string]json.RawMessage) {
	if json.Unmarshal(body, &members) != nil {
		return nil
	}
	return members
}

// DetailType is that of the events which are commands.
const DetailType = "Room Command"

// eventOf is the id of an event of the bus, and the command in it. Another event is refused: none of ours is ever a command.
func eventOf(raw []byte) (id string, detail json.RawMessage, err error) {
	var event struct {
		ID     string          `json:"id"`
		Type   string          `json:"detail-type"`
		Detail json.RawMessage `json:"detail"`
	}
	if err := json.Unmarshal(raw, &event); err != nil {
		return "", nil, fmt.Errorf("automate: what came is not understood: %w", err)
	}
	if event.Type != DetailType || event.ID == "" {
		return "", nil, fmt.Errorf("automate: an event of the detail-type %q, which is no %s", event.Type, DetailType)
	}
	return event.ID, event.Detail, nil
}

// command carries out one command, at most once as far as anybody can see. An error passes, or is of a command that nobody can be told of;
// every other refusal is its outcome.
func (a automation) command(ctx context.Context, id string, detail []byte) error {
	c, err := read(id, detail)
	if c.ID == "" {
		return err
	}
	o, begun, err := a.begin(ctx, c)
	if err != nil || !begun {
		return err
	}
	c.again = o.Version > 1
	number, err := a.execute(ctx, c)
	refusal, refused := errors.AsType[*meeting.Refusal](err)
	if err != nil && (!refused || passes(refusal)) {
		return err
	}
	o.DoneAt, o.Number = a.turnstile.Now(), number
	if refused {
		o.Reason, o.Message = refusal.Reason, text(refusal)
	}
	a.log.InfoContext(ctx, "a command", "command", c.Name, "id", c.ID, "account", c.Account, "user", c.User, "reason", o.Reason)
	if _, err = a.accounts.PutOutcome(ctx, o); errors.Is(err, account.ErrStale) { // told by whoever was faster
		return nil
	}
	return err
}

// passes reports whether the same command may succeed later.
func passes(f *meeting.Refusal) bool {
	return f.Reason == meeting.Busy || f.Reason == meeting.Arriving
}

// text is a refusal in words, with what it says of each field.
func text(f *meeting.Refusal) string {
	text := []string{f.Message}
	for _, field := range f.Fields {
		text = append(text, field.Name+": "+field.Message+".")
	}
	return strings.Join(text, " ")
}

// execute does what the command says, as its user, if the account lets automations do that; it is the number of the room or meeting that it
// was about.
func (a automation) execute(ctx context.Context, c command) (meeting.Number, error) {
	do, known := commandFuncs()[c.Name]
	if c.unfit != nil || !known {
		return "", c.refusal()
	}
	policy, err := a.accounts.Policy(ctx, c.Account)
	if err != nil {
		return "", err
	}
	if !policy.Allows(c.User, c.Name) {
		return "", meeting.Refuse(NotGranted, fmt.Sprintf("The account does not let automations do %s as %s.", c.Name, c.User))
	}
	p, err := a.turnstile.Profile(ctx, meeting.User{Account: c.Account, ID: c.User})
	switch {
	case err != nil:
		return "", err
	case !p.Exists():
		return "", meeting.Refuse(meeting.NoUser, "User does not exist: "+c.User+".")
	}
	return do(ctx, a, c, p)
}

// NotGranted is the refusal of a command that the account's policy does not grant.
const NotGranted meeting.Reason = "not_granted"
