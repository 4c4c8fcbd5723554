package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"personal-rooms/shared/account"
	"personal-rooms/shared/api"
	"personal-rooms/shared/event"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/table"
)

// An automation executes commands. It has some of the use cases that people have over HTTP, and no others.
type automation struct {
	door     *meeting.Door
	starts   *meeting.Starts
	schedule *meeting.Schedule
	profiles *meeting.Profiles
	users    users
	accounts accounts
	now      func() time.Time
	log      *slog.Logger
}

// users finds the user of a command.
type users interface {
	Profile(ctx context.Context, u meeting.User) (meeting.Profile, error)
}

// accounts keeps the outcomes of commands, and the policies of accounts.
type accounts interface {
	Policy(ctx context.Context, account string) (account.Policy, error)
	Outcome(ctx context.Context, account, source, id string) (account.Outcome, error)
	OldOutcome(ctx context.Context, account, id string) (account.Outcome, error)
	PutOutcome(ctx context.Context, o account.Outcome) (account.Outcome, error)
}

// newAutomation returns an automation with the use cases on the store.
func newAutomation(store *table.Table, env meeting.Env, log *slog.Logger) automation {
	return automation{
		door: meeting.NewDoor(store, env), starts: meeting.NewStarts(store, env), schedule: meeting.NewSchedule(store, env),
		profiles: meeting.NewProfiles(store, env), users: store, accounts: store, now: env.Now, log: log,
	}
}

// handle takes an event of the bus, or a batch of messages of the queue. It is called again after an error, and for
// each message that it names as failed. After the last try the event or message goes to the commands' dead-letter
// queue.
func (a automation) handle(ctx context.Context, raw json.RawMessage) (any, error) {
	var batch events.SQSEvent
	if err := json.Unmarshal(raw, &batch); err == nil && len(batch.Records) > 0 {
		return a.messages(ctx, batch), nil
	}
	return nil, a.event(ctx, raw)
}

// event takes an event of the bus: a command, or one by which this program goes on with what it began.
func (a automation) event(ctx context.Context, raw []byte) error {
	e, err := eventOf(raw)
	switch {
	case err != nil:
		return err
	case e.Type == string(event.StatusContinues):
		return a.continueStatus(ctx, e.Detail)
	}
	return a.command(ctx, e.Source, e.ID, e.Detail)
}

// continueStatus makes one step of a change of a user's status. What it stores is the next event, until all is done.
func (a automation) continueStatus(ctx context.Context, detail []byte) error {
	u, err := event.ParseContinuation(detail)
	if err == nil && (!account.KeyPart(u.ID, account.MaxUser) || !account.KeyPart(u.Account, account.MaxAccount)) {
		err = errors.New("automate: this is no user")
	}
	if err == nil {
		err = a.profiles.ContinueStatus(ctx, u)
	}
	return err
}

// messages executes the commands of a batch. A failure of one does not affect the others.
func (a automation) messages(ctx context.Context, batch events.SQSEvent) events.SQSEventResponse {
	failed := []events.SQSBatchItemFailure{}
	for _, m := range batch.Records {
		if err := a.message(ctx, m); err != nil {
			a.log.Log(ctx, severity(err), "a command was not executed", "message_id", m.MessageId, "cause", err)
			failed = append(failed, events.SQSBatchItemFailure{ItemIdentifier: m.MessageId})
		}
	}
	return events.SQSEventResponse{BatchItemFailures: failed}
}

// severity returns the log level of an error. A command that is already running is no failure.
func severity(err error) slog.Level {
	if errors.Is(err, errRunning) {
		return slog.LevelInfo
	}
	return slog.LevelError
}

// message executes an event of a bus that a rule has put into the queue, or a bare command. Either may come from the
// dead-letter queue. Any other event is refused without an outcome: the outcome would be an event again, and a rule
// that sent all events here would never end.
func (a automation) message(ctx context.Context, m events.SQSMessage) error {
	body := api.TrimMark([]byte(m.Body))
	members := membersOf(body)
	if given := members["requestPayload"]; given != nil && members["command"] == nil { // the record that Lambda puts into the dead-letter queue
		body, members = given, membersOf(given)
	}
	switch {
	case members["detail-type"] != nil:
		return a.event(ctx, body)
	case members["event"] != nil && members["command"] == nil:
		return errors.New("automate: this event is not a command")
	}
	return a.command(ctx, "", m.MessageId, body)
}

// membersOf returns the members of a JSON object; none if the body is no object.
func membersOf(body []byte) (members map[string]json.RawMessage) {
	if json.Unmarshal(body, &members) != nil {
		return nil
	}
	return members
}

// DetailType is the detail-type of the events that are commands.
const DetailType = "Room Command"

// A busEvent is an event of the bus. IAM may limit who names which source (events:source); the bus itself does not, but
// for those of AWS.
type busEvent struct {
	ID     string          `json:"id"`
	Source string          `json:"source"`
	Type   string          `json:"detail-type"`
	Detail json.RawMessage `json:"detail"` // the command
}

// eventOf reads an event of the bus that is a command, or StatusContinues. It refuses other events: an event of ours is
// never a command.
func eventOf(raw []byte) (e busEvent, err error) {
	if err := json.Unmarshal(raw, &e); err != nil {
		return e, fmt.Errorf("automate: the event cannot be decoded: %w", err)
	}
	if e.Type != DetailType && e.Type != string(event.StatusContinues) || e.ID == "" {
		return e, fmt.Errorf("automate: the detail-type of the event is %q, and must be %s", e.Type, DetailType)
	}
	return e, nil
}

// command executes one command, whose effect is made once. A command that is not granted leaves nothing but a line of
// the log: it uses up no id, and no webhook hears of it. It returns an error if the command may succeed later, or names
// nobody. Every other refusal becomes the command's outcome.
func (a automation) command(ctx context.Context, source, id string, detail []byte) error {
	c, err := read(source, id, detail)
	if err != nil {
		return err
	}
	if granted, err := a.isGranted(ctx, c); err != nil || !granted {
		return err
	}
	o, begun, err := a.begin(ctx, c)
	if err != nil || !begun {
		return err
	}
	c.resumed = o.Version > 1
	number, err := a.execute(ctx, c)
	refusal, refused := errors.AsType[*meeting.Refusal](err)
	if err != nil && (!refused || temporary(refusal)) {
		return err
	}
	o.DoneAt, o.Number = a.now(), number
	if refused {
		o.Reason, o.Message = refusal.Reason, text(refusal)
	}
	a.log.InfoContext(ctx, "a command is executed", "command", c.Name, "id", c.ID, "account", c.Account, "user", c.User, "reason", o.Reason)
	if _, err = a.accounts.PutOutcome(ctx, o); errors.Is(err, account.ErrStale) { // another run was faster
		return nil
	}
	return err
}

// temporary reports whether the same command may succeed later.
func temporary(f *meeting.Refusal) bool {
	return f.Reason == meeting.Busy || f.Reason == meeting.Arriving
}

// text returns the message of a refusal, with that of each field.
func text(f *meeting.Refusal) string {
	text := []string{f.Message}
	for _, field := range f.Fields {
		text = append(text, field.Name+": "+field.Message+".")
	}
	return strings.Join(text, " ")
}

// isGranted reports whether the account's policy grants the command, or if there is no such command, some other one as
// its user. It logs one that is not granted.
func (a automation) isGranted(ctx context.Context, c command) (bool, error) {
	policy, err := a.accounts.Policy(ctx, c.Account)
	_, known := commandFuncs()[c.Name]
	granted := policy.Allows(c.User, c.Name) || !known && policy.AllowsSome(c.User)
	if err == nil && !granted {
		a.log.WarnContext(ctx, "a command is not granted", "command", c.Name, "id", c.ID, "source", c.Source,
			"account", c.Account, "user", c.User, "reason", "not_granted")
	}
	return granted, err
}

// execute executes the command with the rights of its user. It returns the number of the room or meeting.
func (a automation) execute(ctx context.Context, c command) (meeting.Number, error) {
	run, known := commandFuncs()[c.Name]
	if c.invalid != nil || !known {
		return "", c.refusal()
	}
	p, err := a.users.Profile(ctx, meeting.User{Account: c.Account, ID: c.User})
	switch {
	case err != nil:
		return "", err
	case !p.Exists():
		return "", meeting.Refuse(meeting.NoUser, "User does not exist: "+c.User+".")
	}
	return run(ctx, a, c, p)
}
