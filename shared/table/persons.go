package table

import (
	"cmp"
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"personal-rooms/shared/account"
	"personal-rooms/shared/meeting"
)

var _ account.PersonStore = (*Table)(nil)

// namesPerson is the filter for the items that may name the person. It reads nothing of them but their keys: see the
// function's permissions.
func namesPerson(p account.Person) expression {
	u := p.User
	named := []expression{is("owner", u.ID), is("host", u.ID), is("user", u.ID), is("acts_as", u.ID),
		is("moved_to", u.ID)}
	contacts := []expression{}
	operator := []expression{is("operator", u.ID)}
	if p.Email != "" {
		named = append(named, express("contains(#invitees, ?)", p.Email), express("contains(#meeting.#invitees, ?)", p.Email),
			express("contains(#policy.#hosts, ?)", p.Email))
		operator = append(operator, is("operator", p.Email))
	}
	for _, id := range meeting.ContactIdentities(p.Email) {
		contacts = append(contacts, is("sk", contactKey(u, id).sk))
	}
	all := []expression{
		is("pk", userPartition(u)),
		allOf(is("account", u.Account), anyOf(named...)),
		allOf(is("place.account", u.Account), anyOf(is("place.owner", u.ID), express("attribute_exists(#acts)"))),
		allOf(is("pk", accountPartition(u.Account)), is("sk", "AUTOMATION")),
		allOf(is("type", "audit"), is("account", u.Account), anyOf(operator...)),
	}
	if len(contacts) > 0 {
		hosts := express("begins_with(#pk, ?)", userPartition(meeting.User{Account: u.Account}))
		all = append(all, allOf(hosts, anyOf(contacts...)))
	}
	for i := range all {
		all[i].text = "(" + all[i].text + ")"
	}
	return anyOf(all...)
}

// personalPiece returns the items of a piece of the table that name the person, and where the next piece begins.
func (t *Table) personalPiece(ctx context.Context, p account.Person, after string, size int) ([]personalItem, string, error) {
	var names parameters
	filter := names.use(namesPerson(p))
	in := &dynamodb.ScanInput{TableName: t.name, ConsistentRead: aws.Bool(true), Limit: aws.Int32(int32(size)), //nolint:gosec // a piece's size
		Select: types.SelectSpecificAttributes, FilterExpression: filter, ProjectionExpression: names.use(express("#pk, #sk")),
		ExpressionAttributeNames: names.names, ExpressionAttributeValues: names.values}
	if pk, sk, resumed := strings.Cut(after, "\x00"); resumed {
		in.ExclusiveStartKey = key{pk, sk}.attributes()
	}
	out, err := t.client.Scan(ctx, in)
	if err != nil {
		return nil, "", translate(err)
	}
	var keys []key
	for _, it := range out.Items {
		keys = append(keys, keyOf(it))
	}
	next := ""
	if last := keyOf(out.LastEvaluatedKey); len(out.LastEvaluatedKey) > 0 {
		next = last.pk + "\x00" + last.sk
	}
	items, err := t.readAll(ctx, keys)
	var found []personalItem
	for _, it := range items {
		found = append(found, personalOf(p, it))
	}
	return found, next, err
}

// PersonalData implements [account.PersonStore].
func (t *Table) PersonalData(ctx context.Context, p account.Person, after string, size int,
) ([]account.PersonalItem, string, error) {
	found, next, err := t.personalPiece(ctx, p, after, size)
	var all []account.PersonalItem
	for _, f := range found {
		shown, failed := f.shown()
		if err = cmp.Or(err, failed); shown != nil {
			all = append(all, account.PersonalItem{Kind: f.kind.name, Own: f.own, Data: shown})
		}
	}
	return all, next, err
}

// ErasePersonalData implements [account.PersonStore].
func (t *Table) ErasePersonalData(ctx context.Context, p account.Person, by account.Erasing, after string, size int,
) ([]account.Erased, string, error) {
	found, next, err := t.personalPiece(ctx, p, after, size)
	if err != nil {
		return nil, "", err
	}
	results := make([]account.Erased, len(found))
	err = inParallel(len(found), func(i int) (err error) {
		results[i], err = t.erasePersonal(ctx, found[i], p, by)
		return err
	})
	var done []account.Erased
	for _, r := range results {
		if r.How != "" {
			done = append(done, r)
		}
	}
	return done, next, err
}

// erasePersonal erases the person from the item, and after a concurrent change from the item as it then is.
func (t *Table) erasePersonal(ctx context.Context, f personalItem, p account.Person, by account.Erasing) (account.Erased, error) {
	for range tries {
		how := f.fate(p, by)
		err := t.applyFate(ctx, f, how, rewriter{p, by.Pseudonym}, by)
		switch {
		case errors.Is(err, errNothing):
			return account.Erased{}, nil
		case !errors.Is(err, meeting.ErrStale):
			return account.Erased{Kind: f.kind.name, How: string(how)}, err
		}
		items, err := t.readAll(ctx, []key{f.key})
		if err != nil || len(items) == 0 {
			return account.Erased{}, err
		}
		f = personalOf(p, items[0])
	}
	return account.Erased{}, meeting.ErrContended
}

// errNothing says that the item does not name the person.
var errNothing = errors.New("table: nothing to erase")

func (t *Table) applyFate(ctx context.Context, f personalItem, how erasing, w rewriter, by account.Erasing) error {
	switch how {
	case isReleased:
		return t.releasePersonal(ctx, f.item, by)
	case staysForAudit:
		return nil
	case expires:
		return errNothing
	case isDeleted:
		return t.deletePersonal(ctx, f)
	case isRewritten, isWithdrawn, isRecord:
	}
	u, when := rewriting(f.item, w.rewrite(f.item), how)
	if u == nil {
		return errNothing
	}
	_, err := t.update(ctx, f.key, u, when...)
	return err
}

// deletePersonal deletes the item if it is as it was read. Else it returns [meeting.ErrStale]: it may be another's by
// now.
func (t *Table) deletePersonal(ctx context.Context, f personalItem) error {
	unchanged := absent(writeID)
	if id, written := f.item[writeID]; written {
		unchanged = express(attribute(writeID)+" = ?", id)
	}
	var p parameters
	in := &dynamodb.DeleteItemInput{TableName: t.name, Key: f.key.attributes(), ConditionExpression: p.use(unchanged),
		ExpressionAttributeNames: p.names, ExpressionAttributeValues: p.values}
	_, err := t.conditionalOnce(ctx, t.newWriteID(), func(ctx context.Context) (item, error) {
		_, err := t.client.DeleteItem(ctx, in)
		return nil, err
	})
	return err
}

// releasePersonal quarantines the number, without its last owner. It returns [meeting.ErrStale] while the room
// is open.
func (t *Table) releasePersonal(ctx context.Context, it item, by account.Erasing) error {
	r, err := decode(it, roomFields)
	if err != nil {
		return err
	}
	after := r
	if r.Kind != meeting.Released {
		after = r.Release(by.Now, by.Quarantine)
	}
	after.Owner.ID = by.Pseudonym
	err = t.Save(ctx, meeting.ReplaceRoom{Before: r, After: after})
	if _, changed := errors.AsType[*meeting.Conflict](err); changed {
		return meeting.ErrStale
	}
	return err
}

func erasureKey(id string) key { return key{"ERASURE#" + id, "ERASURE"} }

func erasureFields(e *account.Erasure) fields {
	return append(userFields(&e.Person.User),
		fromKey("pk", "ERASURE#", &e.ID),
		value("email", &e.Person.Email),
		value("name", &e.Person.Name),
		value("pseudonym", &e.Pseudonym),
		value("released", &e.Released),
		value("position", &e.Position),
		value("counts", &e.Counts),
		value("begun_at", &e.BegunAt),
		value("done_at", &e.DoneAt),
		value("expires", &e.Expires),
		value("v", &e.Version),
	)
}

func erasureItem(e account.Erasure) fields {
	return append(erasureFields(&e), itemType("erasure"), deleteAfter(e.Expires))
}

// Erasure returns the zero Erasure if there is none.
func (t *Table) Erasure(ctx context.Context, id string) (account.Erasure, error) {
	return read(ctx, t, erasureKey(id), erasureFields)
}

// PutErasure stores the next version over the version that it names; 0: if there is none. Otherwise it returns
// [account.ErrStale].
func (t *Table) PutErasure(ctx context.Context, e account.Erasure) (account.Erasure, error) {
	e.Version++
	return e, t.putVersion(ctx, erasureKey(e.ID), erasureItem(e), e.Version)
}
