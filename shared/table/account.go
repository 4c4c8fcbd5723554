package table

import (
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"personal-rooms/shared/account"
	"personal-rooms/shared/meeting"
)

var _ account.Store = (*Table)(nil)

// endpointItem is where the events of an account are sent.
type endpointItem struct {
	itemHeader
	userFields            // who made it
	URL          string   `dynamodbav:"url,omitempty"`
	Events       []string `dynamodbav:"events,omitempty"`
	Note         string   `dynamodbav:"note,omitempty"`
	CreatedAt    int64    `dynamodbav:"created_at,omitempty"`
	FailingSince int64    `dynamodbav:"failing_since,omitempty"`
	HangingSince int64    `dynamodbav:"hanging_since,omitempty"`
	Failures     int      `dynamodbav:"failures,omitempty"`
	RetryAt      int64    `dynamodbav:"retry_at,omitempty"`
	LastError    string   `dynamodbav:"last_error,omitempty"`
	SuspendedAt  int64    `dynamodbav:"suspended_at,omitempty"`
	Version      int64    `dynamodbav:"v"`
}

func endpointItemOf(e account.Endpoint) endpointItem {
	return endpointItem{
		itemHeader: itemHeader{Type: "webhook"}, userFields: userFieldsOf(e.CreatedBy), URL: e.URL, Events: e.Events, Note: e.Note,
		CreatedAt: millis(e.CreatedAt), FailingSince: millis(e.FailingSince), HangingSince: millis(e.HangingSince),
		Failures: e.Failures, RetryAt: millis(e.RetryAt), LastError: e.LastError, SuspendedAt: millis(e.SuspendedAt),
		Version: e.Version,
	}
}

func (i endpointItem) endpoint(of string) account.Endpoint {
	if i.Version == 0 {
		return account.Endpoint{}
	}
	return account.Endpoint{
		Account: of, ID: strings.TrimPrefix(i.SK, webhookPrefix), URL: i.URL, Events: i.Events, Note: i.Note,
		CreatedAt: timeOf(i.CreatedAt), CreatedBy: i.user(), FailingSince: timeOf(i.FailingSince), HangingSince: timeOf(i.HangingSince),
		Failures: i.Failures, RetryAt: timeOf(i.RetryAt), LastError: i.LastError,
		SuspendedAt: timeOf(i.SuspendedAt), Version: i.Version,
	}
}

// Endpoints are all of the account, the oldest first.
func (t *Table) Endpoints(ctx context.Context, of string) ([]account.Endpoint, error) {
	var e expression
	items, err := t.query(ctx, &dynamodb.QueryInput{
		KeyConditionExpression: aws.String(e.name("pk") + " = " + e.value(accountPartition(of)) +
			" AND begins_with(" + e.name("sk") + ", " + e.value(webhookPrefix) + ")"),
		ExpressionAttributeNames:  e.names,
		ExpressionAttributeValues: e.values,
	}, 0)
	if err != nil {
		return nil, err
	}
	endpoints := make([]account.Endpoint, len(items))
	for n := range items {
		var i endpointItem
		if err := load(items[n], &i); err != nil {
			return nil, err
		}
		endpoints[n] = i.endpoint(of)
	}
	return endpoints, nil
}

// Endpoint is the zero Endpoint if there is none.
func (t *Table) Endpoint(ctx context.Context, of, id string) (account.Endpoint, error) {
	var i endpointItem
	err := t.read(ctx, webhookKey(of, id), &i)
	return i.endpoint(of), err
}

// PutEndpoint stores the next version over the version that it names, 0: if there is none.
func (t *Table) PutEndpoint(ctx context.Context, e account.Endpoint) (account.Endpoint, error) {
	over := e.Version
	e.Version++
	return e, t.putNext(ctx, write{key: webhookKey(e.Account, e.ID), item: endpointItemOf(e), anew: over == 0, when: version(over)})
}

// putNext makes the write; account.ErrStale if another version is there.
func (t *Table) putNext(ctx context.Context, w write) error {
	_, err := t.put(ctx, w)
	if errors.Is(err, meeting.ErrStale) {
		return account.ErrStale
	}
	return err
}

// DropEndpoint deletes it, if it is there.
func (t *Table) DropEndpoint(ctx context.Context, of, id string) error {
	k := webhookKey(of, id)
	if !k.possible() {
		return nil
	}
	_, err := t.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: t.name, Key: k.attributes()})
	return translate(err)
}

// grantsItem is what automations may do in an account.
type grantsItem struct {
	itemHeader
	Grants  []grantItem `dynamodbav:"grants,omitempty"`
	Version int64       `dynamodbav:"v"`
}

type grantItem struct {
	User     string   `dynamodbav:"user"`
	Commands []string `dynamodbav:"commands,omitempty"`
}

// Policy is the zero Policy, of the account, if there is none.
func (t *Table) Policy(ctx context.Context, of string) (account.Policy, error) {
	var i grantsItem
	err := t.read(ctx, automationKey(of), &i)
	p := account.Policy{Account: of, Version: i.Version}
	for _, g := range i.Grants {
		p.Grants = append(p.Grants, account.Grant(g))
	}
	return p, err
}

// PutPolicy stores the next version over the version that it names, 0: if there is none.
func (t *Table) PutPolicy(ctx context.Context, p account.Policy) (account.Policy, error) {
	over := p.Version
	p.Version++
	i := grantsItem{itemHeader: itemHeader{Type: "automation"}, Version: p.Version}
	for _, g := range p.Grants {
		i.Grants = append(i.Grants, grantItem(g))
	}
	return p, t.putNext(ctx, write{key: automationKey(p.Account), item: i, anew: over == 0, when: version(over)})
}

// outcomeItem is what became of a command.
type outcomeItem struct {
	itemHeader
	ID      string `dynamodbav:"id"`
	Account string `dynamodbav:"account,omitempty"`
	User    string `dynamodbav:"user,omitempty"`
	Command string `dynamodbav:"command,omitempty"`
	Request []byte `dynamodbav:"request,omitempty"`
	DoneAt  int64  `dynamodbav:"done_at,omitempty"`
	Reason  string `dynamodbav:"reason,omitempty"`
	Message string `dynamodbav:"message,omitempty"`
	Number  string `dynamodbav:"number,omitempty"`
	NoEvent bool   `dynamodbav:"quiet,omitempty"`
	Expires int64  `dynamodbav:"expires,omitempty"`
	Version int64  `dynamodbav:"v"`
}

func outcomeItemOf(o account.Outcome) outcomeItem {
	return outcomeItem{
		itemHeader: itemHeader{Type: "outcome", TTL: expiry(o.Expires)}, ID: o.ID, Account: o.Account, User: o.User, Command: o.Command,
		Request: digest(o.Request[:]), DoneAt: millis(o.DoneAt), Reason: string(o.Reason), Message: o.Message, Number: string(o.Number),
		NoEvent: o.DoneAt.IsZero(), Expires: millis(o.Expires), Version: o.Version,
	}
}

func (i outcomeItem) outcome() account.Outcome {
	return account.Outcome{
		Account: i.Account, ID: i.ID, Command: i.Command, User: i.User, Request: identityOf(i.Request), DoneAt: timeOf(i.DoneAt),
		Reason: meeting.Reason(i.Reason), Message: i.Message, Number: meeting.Number(i.Number), Expires: timeOf(i.Expires), Version: i.Version,
	}
}

// Outcome is the zero Outcome if there is none.
func (t *Table) Outcome(ctx context.Context, of, id string) (account.Outcome, error) {
	var i outcomeItem
	err := t.read(ctx, commandKey(of, id), &i)
	return i.outcome(), err
}

// PutOutcome stores the next version over the version that it names, 0: if there is none.
func (t *Table) PutOutcome(ctx context.Context, o account.Outcome) (account.Outcome, error) {
	over := o.Version
	o.Version++
	return o, t.putNext(ctx, write{key: commandKey(o.Account, o.ID), item: outcomeItemOf(o), anew: over == 0, when: version(over)})
}
