package table

import (
	"context"
	"errors"

	"personal-rooms/shared/account"
	"personal-rooms/shared/meeting"
)

var _ account.Store = (*Table)(nil)

// endpointFields are a webhook endpoint. The user is the one who made it.
func endpointFields(e *account.Endpoint) fields {
	return append(userFields(&e.CreatedBy),
		fromKey("sk", webhookPrefix, &e.ID),
		value("url", &e.URL),
		value("events", &e.Events),
		value("note", &e.Note),
		value("created_at", &e.CreatedAt),
		value("failing_since", &e.FailingSince),
		value("hanging_since", &e.HangingSince),
		value("failures", &e.Failures),
		value("retry_at", &e.RetryAt),
		value("last_error", &e.LastError),
		value("suspended_at", &e.SuspendedAt),
		value("v", &e.Version),
	)
}

func endpointItem(e account.Endpoint) fields { return append(endpointFields(&e), itemType("webhook")) }

// Endpoints returns all endpoints of the account, the oldest first.
func (t *Table) Endpoints(ctx context.Context, of string) ([]account.Endpoint, error) {
	items, err := t.query(ctx, beginsWith(accountPartition(of), "sk", webhookPrefix), 0)
	if err != nil {
		return nil, err
	}
	all, err := decodeAll(items, endpointFields)
	for i := range all {
		all[i].Account = of
	}
	return all, err
}

// Endpoint returns the endpoint; the zero Endpoint if there is none.
func (t *Table) Endpoint(ctx context.Context, of, id string) (account.Endpoint, error) {
	e, err := read(ctx, t, webhookKey(of, id), endpointFields)
	if e.Exists() {
		e.Account = of
	}
	return e, err
}

// PutEndpoint stores the next version over the version that it names; 0: if there is none. Otherwise it returns
// [account.ErrStale].
func (t *Table) PutEndpoint(ctx context.Context, e account.Endpoint, audit ...meeting.PutAudit) (account.Endpoint, error) {
	e.Version++
	return e, t.putVersion(ctx, webhookKey(e.Account, e.ID), endpointItem(e), e.Version, audit...)
}

// putVersion stores the version over the one before; 1: if there is no item. Otherwise it returns [account.ErrStale].
// The audit entries are stored in the same transaction.
func (t *Table) putVersion(ctx context.Context, k key, item fields, v int64, audit ...meeting.PutAudit) error {
	return t.putVersions(ctx, []write{nextVersion(v, k, item)}, audit)
}

// putVersions is putVersion for several items, which are stored together or not at all.
func (t *Table) putVersions(ctx context.Context, versions []write, audit []meeting.PutAudit) error {
	err := t.audited(ctx, versions, audit)
	if errors.Is(err, meeting.ErrStale) {
		return account.ErrStale
	}
	return err
}

// DropEndpoint deletes the endpoint, if it exists.
func (t *Table) DropEndpoint(ctx context.Context, of, id string, audit ...meeting.PutAudit) error {
	return t.drop(ctx, webhookKey(of, id), audit)
}

// policyFields are the commands that automations may make in an account.
func policyFields(p *account.Policy) fields {
	return fields{
		value("v", &p.Version),
		list("grants", &p.Grants, func(g *account.Grant) fields {
			return fields{value("user", &g.User), value("commands", &g.Commands)}
		}),
	}
}

func policyItem(p account.Policy) fields { return append(policyFields(&p), itemType("automation")) }

// Policy returns the account's policy; one without grants if none is stored.
func (t *Table) Policy(ctx context.Context, of string) (account.Policy, error) {
	p, err := read(ctx, t, automationKey(of), policyFields)
	p.Account = of
	return p, err
}

// PutPolicy stores the next version over the version that it names; 0: if there is none. Otherwise it returns
// [account.ErrStale].
func (t *Table) PutPolicy(ctx context.Context, p account.Policy, audit ...meeting.PutAudit) (account.Policy, error) {
	p.Version++
	return p, t.putVersion(ctx, automationKey(p.Account), policyItem(p), p.Version, audit...)
}

func outcomeFields(o *account.Outcome) fields {
	return fields{
		value("source", &o.Source),
		value("id", &o.ID),
		value("account", &o.Account),
		value("user", &o.User),
		value("command", &o.Command),
		value("request", &o.Request),
		value("done_at", &o.DoneAt),
		value("reason", &o.Reason),
		value("message", &o.Message),
		value("number", &o.Number),
		value("expires", &o.Expires),
		value("v", &o.Version),
	}
}

// outcomeItem returns the outcome as it is stored. A command that has only begun is no event.
func outcomeItem(o account.Outcome) fields {
	return append(outcomeFields(&o), itemType("outcome"), deleteAfter(o.Expires), noEvent(o.DoneAt.IsZero()))
}

// Outcome returns the outcome of the command; the zero Outcome if there is none.
func (t *Table) Outcome(ctx context.Context, of, source, id string) (account.Outcome, error) {
	return read(ctx, t, commandKey(of, source, id), outcomeFields)
}

// OldOutcome returns the outcome that an older version stored without a source; the zero Outcome if there is none.
func (t *Table) OldOutcome(ctx context.Context, of, id string) (account.Outcome, error) {
	return read(ctx, t, oldCommandKey(of, id), outcomeFields)
}

// PutOutcome stores the next version over the version that it names; 0: if there is none. Otherwise it returns
// [account.ErrStale].
func (t *Table) PutOutcome(ctx context.Context, o account.Outcome) (account.Outcome, error) {
	o.Version++
	return o, t.putVersion(ctx, commandKey(o.Account, o.Source, o.ID), outcomeItem(o), o.Version)
}
