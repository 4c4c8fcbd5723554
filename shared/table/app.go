package table

import (
	"context"
	"encoding/base64"
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"personal-rooms/shared/account"
	"personal-rooms/shared/meeting"
)

var _ account.AppStore = (*Table)(nil)

// appFields are an app. The user is the one who made it.
func appFields(a *account.App) fields {
	return append(userFields(&a.CreatedBy),
		fromKey("sk", appPrefix, &a.ID),
		value("name", &a.Name),
		value("scopes", &a.Scopes),
		value("acts_as", &a.User),
		list("secrets", &a.Secrets, func(s *account.AppSecret) fields {
			return fields{
				value("serial", &s.Serial),
				value("hash", &s.Hash),
				value("salt", &s.Salt),
				value("created_at", &s.CreatedAt),
				value("expires", &s.Expires),
			}
		}),
		value("created_at", &a.CreatedAt),
		value("v", &a.Version),
	)
}

func appItem(a account.App) fields { return append(appFields(&a), itemType("app")) }

// Apps returns all apps of the account, the oldest first.
func (t *Table) Apps(ctx context.Context, of string) ([]account.App, error) {
	items, err := t.query(ctx, beginsWith(appPartition(of), "sk", appPrefix), 0)
	if err != nil {
		return nil, err
	}
	all, err := decodeAll(items, appFields)
	for i := range all {
		all[i].Account = of
	}
	return all, err
}

// App returns the app; the zero App if there is none.
func (t *Table) App(ctx context.Context, of, id string) (account.App, error) {
	a, err := read(ctx, t, appKey(of, id), appFields)
	if a.Exists() {
		a.Account = of
	}
	return a, err
}

// AppsOf returns the apps of the account that act as one of the users.
func (t *Table) AppsOf(ctx context.Context, of string, users ...string) (found []meeting.AppRef, err error) {
	all, err := t.Apps(ctx, of)
	for _, a := range all {
		if slices.Contains(users, a.User) {
			found = append(found, meeting.AppRef{Account: of, ID: a.ID, Name: a.Name})
		}
	}
	return found, err
}

// PutApp stores the next version over the version that it names; 0: if there is none. Otherwise it returns
// [account.ErrStale].
func (t *Table) PutApp(ctx context.Context, a account.App, audit ...meeting.PutAudit) (account.App, error) {
	a.Version++
	return a, t.putVersion(ctx, appKey(a.Account, a.ID), appItem(a), a.Version, audit...)
}

// DropApp deletes the app, if it exists. Its tokens stay until they expire; without the app they are refused.
func (t *Table) DropApp(ctx context.Context, of, id string, audit ...meeting.PutAudit) error {
	return t.drop(ctx, appKey(of, id), audit)
}

// drop deletes an item, if it exists, and only then stores the audit entries.
func (t *Table) drop(ctx context.Context, k key, audit []meeting.PutAudit) error {
	if !k.possible() {
		return nil
	}
	if len(audit) == 0 {
		_, err := t.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: t.name, Key: k.attributes()})
		return translate(err)
	}
	err := t.audited(ctx, []write{{key: k, when: exists()}}, audit)
	if errors.Is(err, meeting.ErrStale) {
		return nil
	}
	return err
}

// appTokenFields are a token of an app. Its key has the hash and the app.
func appTokenFields(k *account.AppToken) fields {
	return fields{value("secret", &k.Secret), value("expires", &k.Expires)}
}

func appTokenItem(k account.AppToken) fields {
	return append(appTokenFields(&k), itemType("app_token"), deleteAfter(k.Expires))
}

func appTokenKey(k account.AppToken) key {
	return key{appPartition(k.Account), "TOKEN#" + k.App + "#" + base64.RawURLEncoding.EncodeToString(k.Hash[:])}
}

// AppToken returns the token with the hash; the zero AppToken if the app has none.
func (t *Table) AppToken(ctx context.Context, of, app string, hash account.Digest) (account.AppToken, error) {
	named := account.AppToken{Account: of, App: app, Hash: hash}
	k, err := read(ctx, t, appTokenKey(named), appTokenFields)
	if k.Secret == 0 {
		return account.AppToken{}, err
	}
	k.Account, k.App, k.Hash = of, app, hash
	return k, err
}

// PutAppToken stores a token, until it expires.
func (t *Table) PutAppToken(ctx context.Context, k account.AppToken) error {
	_, err := t.put(ctx, write{key: appTokenKey(k), item: appTokenItem(k), fresh: true, when: absent("pk")})
	return err
}
