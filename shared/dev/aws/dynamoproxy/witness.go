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

// A Witness remembers what was asked of a table, in the words of the permissions that it takes. It sees the requests of
// watched contexts only: what a test does to prepare and to look is its own affair. The zero Witness is ready.
type Witness struct {
	mu   sync.Mutex
	seen map[Use]bool
}

// A Use is an action on a family of items. A transaction is its parts, each a use like the write that it is.
type Use struct {
	Action string // dynamodb:PutItem
	Index  string // of a query; empty: the table itself
	Family string // ROOM#*: the partition keys that begin so
}

func (u Use) String() string {
	on := "the table"
	if u.Index != "" {
		on = "the index " + u.Index
	}
	return fmt.Sprintf("%s of %s on %s", u.Action, u.Family, on)
}

type watched struct{}

// Watched is the context, with its requests in a Witness's sight.
func Watched(ctx context.Context) context.Context { return context.WithValue(ctx, watched{}, true) }

// Seen is what was used, in order.
func (w *Witness) Seen() []Use {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.SortedFunc(maps.Keys(w.seen), func(a, b Use) int { return strings.Compare(a.String(), b.String()) })
}

// Wrap stands before next.
func (w *Witness) Wrap(next http.RoundTripper) http.RoundTripper {
	return transport(func(r *http.Request) (*http.Response, error) {
		if r.Context().Value(watched{}) == nil {
			return next.RoundTrip(r)
		}
		body, err := drain(r.Body)
		if err != nil {
			return nil, err
		}
		uses, err := usesOf(operationOf(r), body)
		if err != nil {
			return nil, err
		}
		w.see(uses)
		return next.RoundTrip(withBody(r, body))
	})
}

func (w *Witness) see(uses []Use) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.seen == nil {
		w.seen = map[Use]bool{}
	}
	for _, u := range uses {
		w.seen[u] = true
	}
}

// A key attribute, as it stands in requests.
type textValue struct{ S string }

// asked is what of a request says which permissions it takes.
type asked struct {
	Key, Item                 struct{ PK textValue } // the names are matched in any case
	IndexName                 string
	KeyConditionExpression    string
	ExpressionAttributeNames  map[string]string
	ExpressionAttributeValues map[string]textValue
	TransactItems             []map[string]asked
	RequestItems              map[string]struct{ Keys []struct{ PK textValue } }
}

// parts are the actions that the parts of a transaction stand for.
var parts = map[string]string{
	"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem",
}

func usesOf(operation Operation, body []byte) (uses []Use, err error) {
	var a asked
	if err := json.Unmarshal(body, &a); err != nil {
		return nil, fmt.Errorf("wire: %s: %w", operation, err)
	}
	switch operation {
	case "TransactWriteItems":
		return a.transacted()
	case "BatchGetItem":
		return a.batched()
	}
	u, err := a.use(string(operation))
	return []Use{u}, err
}

func (a asked) transacted() (uses []Use, err error) {
	for _, item := range a.TransactItems {
		for kind, part := range item {
			u, err := part.use(parts[kind])
			if err != nil {
				return nil, err
			}
			uses = append(uses, u)
		}
	}
	return uses, nil
}

func (a asked) batched() (uses []Use, err error) {
	for _, table := range a.RequestItems {
		for _, key := range table.Keys {
			u, err := useOf("BatchGetItem", key.PK.S)
			if err != nil {
				return nil, err
			}
			uses = append(uses, u)
		}
	}
	return uses, nil
}

func (a asked) use(action string) (u Use, err error) {
	var key string
	switch action {
	case "GetItem", "UpdateItem", "DeleteItem", "ConditionCheckItem":
		key = a.Key.PK.S
	case "PutItem":
		key = a.Item.PK.S
	case "Query":
		key, err = a.queried()
	default:
		err = fmt.Errorf("wire: a witness does not understand %q", action)
	}
	if err != nil {
		return u, err
	}
	u, err = useOf(action, key)
	u.Index = a.IndexName
	return u, err
}

func useOf(action, key string) (Use, error) {
	prefix, _, separated := strings.Cut(key, "#")
	if !separated {
		return Use{}, fmt.Errorf("wire: %s of the key %q, which is of no family", action, key)
	}
	return Use{Action: "dynamodb:" + action, Family: prefix + "#*"}, nil
}

var queriedKey = regexp.MustCompile(`^(\S+) = (\S+)`)

// queried is the partition key that a query is about.
func (a asked) queried() (string, error) {
	match := queriedKey.FindStringSubmatch(a.KeyConditionExpression)
	if len(match) == 0 || a.ExpressionAttributeNames[match[1]] != "pk" {
		return "", errors.New("wire: a query whose condition does not begin with the partition key")
	}
	return a.ExpressionAttributeValues[match[2]].S, nil
}
