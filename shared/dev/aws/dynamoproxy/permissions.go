package dynamoproxy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// A PermissionRecorder records which permissions requests need. It records requests of watched contexts only, and not
// those with which a test prepares or checks something. The zero PermissionRecorder is ready.
type PermissionRecorder struct {
	mu   sync.Mutex
	seen map[Use]bool
}

// A Use is an action on a family of items. A transaction has one for each of its parts.
type Use struct {
	Action string // dynamodb:PutItem
	Index  string // of a query; "": the table itself
	Family string // ROOM#*: the partition keys with that prefix; *: of a scan
}

func (u Use) String() string {
	on := "the table"
	if u.Index != "" {
		on = "the index " + u.Index
	}
	return fmt.Sprintf("%s of %s on %s", u.Action, u.Family, on)
}

type watched struct{}

// Watched returns a context whose requests a PermissionRecorder records.
func Watched(ctx context.Context) context.Context { return context.WithValue(ctx, watched{}, true) }

// Seen returns what was recorded, sorted.
func (recorder *PermissionRecorder) Seen() []Use {
	recorder.mu.Lock()
	defer recorder.mu.Unlock()
	byText := func(a, b Use) int { return strings.Compare(a.String(), b.String()) }
	return slices.SortedFunc(maps.Keys(recorder.seen), byText)
}

// Wrap returns a transport that records what it sends to next.
func (recorder *PermissionRecorder) Wrap(next http.RoundTripper) http.RoundTripper {
	return transport(func(r *http.Request, body []byte) (*http.Response, error) {
		if r.Context().Value(watched{}) != nil {
			if err := recorder.record(string(operationOf(r)), body); err != nil {
				return nil, fmt.Errorf("dynamoproxy: %w", err)
			}
		}
		return next.RoundTrip(r)
	})
}

// record records the permissions of a request. Its error names a request that is not understood.
func (recorder *PermissionRecorder) record(operation string, body []byte) error {
	var in input
	if err := json.Unmarshal(body, &in); err != nil {
		return err
	}
	recorder.mu.Lock()
	defer recorder.mu.Unlock()
	if recorder.seen == nil {
		recorder.seen = map[Use]bool{}
	}
	used, err := in.uses(operation)
	for _, u := range used {
		recorder.seen[u] = true
	}
	return err
}

// text is an attribute value of the type S.
type text struct{ S string }

// input is the part of a request that determines its permissions. The names are matched in any case.
type input struct {
	Key, Item                 struct{ PK text }
	IndexName                 string
	KeyConditionExpression    string
	ExpressionAttributeNames  map[string]string
	ExpressionAttributeValues map[string]text
	TransactItems             []map[string]input // by the kind of the part
	RequestItems              map[string]struct{ Keys []struct{ PK text } }
}

// actionOf maps the kind of a transaction's part to its action.
var actionOf = map[string]string{
	"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem",
}

// uses returns the actions of a request: those of a transaction's or a batch's parts, or its own.
func (in input) uses(operation string) (all []Use, err error) {
	parts := func(operation string, one input) error {
		used, err := one.uses(operation)
		all = append(all, used...)
		return err
	}
	for _, item := range in.TransactItems {
		for kind, one := range item {
			err = errors.Join(err, parts(actionOf[kind], one))
		}
	}
	for _, table := range in.RequestItems {
		for _, key := range table.Keys {
			err = errors.Join(err, parts(operation, input{Key: key}))
		}
	}
	if in.TransactItems != nil || in.RequestItems != nil {
		return all, err
	}
	if operation == "Scan" {
		return []Use{{Action: "dynamodb:Scan", Index: in.IndexName, Family: "*"}}, nil
	}
	key := in.Key.PK.S + in.Item.PK.S
	if operation == "Query" {
		key = in.queriedKey()
	}
	prefix, _, separated := strings.Cut(key, "#")
	if !separated {
		return nil, fmt.Errorf("%s of the key %q, which has no family", operation, key)
	}
	return []Use{{Action: "dynamodb:" + operation, Index: in.IndexName, Family: prefix + "#*"}}, nil
}

var keyCondition = regexp.MustCompile(`^(\S+) = (\S+)`)

// queriedKey returns the partition key of a query, or "" if its condition does not begin with it.
func (in input) queriedKey() string {
	match := keyCondition.FindStringSubmatch(in.KeyConditionExpression)
	if name := in.nameIn(match); name != "pk" && name != "members" {
		return ""
	}
	return in.ExpressionAttributeValues[match[2]].S
}

// nameIn returns the attribute of a key condition; "" without one.
func (in input) nameIn(match []string) string {
	if len(match) == 0 {
		return ""
	}
	return in.ExpressionAttributeNames[match[1]]
}
