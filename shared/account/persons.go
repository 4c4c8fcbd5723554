package account

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"personal-rooms/shared/meeting"
)

// A Person is a user whose personal data is exported or erased.
type Person struct {
	User  meeting.User
	Email string // verified; empty: none
	Name  string // that others see; empty: none
}

func personOf(p meeting.Profile) Person { return Person{User: p.User, Email: p.Email, Name: p.Name()} }

// A PersonalItem is what is stored of a person in one item of the table.
type PersonalItem struct {
	Kind string         // "profile", "meeting"…
	Own  bool           // else the item is somebody else's, and names the person
	Data map[string]any // without secrets, and without what concerns others only
}

// PersonStore finds the personal data in all of storage, piece by piece. A piece is a read of at most size items, and
// of 1 MB.
type PersonStore interface {
	// PersonalData returns what a piece of storage has of the person, and where the next piece begins, or "".
	PersonalData(ctx context.Context, p Person, after string, size int) ([]PersonalItem, string, error)
	// ErasePersonalData erases the person from a piece of storage. It returns where the next one begins, or "".
	ErasePersonalData(ctx context.Context, p Person, by Erasing, after string, size int) ([]Erased, string, error)
	// Erasure returns the zero Erasure if there is none.
	Erasure(ctx context.Context, id string) (Erasure, error)
	// PutErasure stores the next version over the version that it names; 0: if there is none. Otherwise it returns
	// [ErrStale].
	PutErasure(context.Context, Erasure) (Erasure, error)
	// Spend counts one more use of a budget and returns how many there are.
	Spend(ctx context.Context, scope string, window time.Time) (int, error)
}

// Erasing says how a person is erased from the items of others.
type Erasing struct {
	Pseudonym   string // takes the place of the user's id
	KeepRecords bool   // keep the records of meetings that the person hosted, with the pseudonym, as long as all records

	Now        time.Time
	Quarantine time.Duration // of a number that was still the person's
}

// An Erased is an item from which a person was erased.
type Erased struct {
	Kind string
	How  string // "deleted", "pseudonymised"…
}

// An Erasure is the state of erasing a person, and in the end the report. It has personal data only until it is
// complete.
type Erasure struct {
	ID        string
	Person    Person // zero once it is complete
	Pseudonym string
	Released  bool           // the user is deleted: number and link rest, meetings are cancelled
	Position  string         // where the search goes on
	Counts    map[string]int // of items, by kind and how: "seat pseudonymised"
	BegunAt   time.Time
	DoneAt    time.Time // zero: it is not complete
	Expires   time.Time
	Version   int64 // of the item, for conditional writes; 0: not stored
}

// Done reports whether the person is erased.
func (e Erasure) Done() bool { return !e.DoneAt.IsZero() }

// The work of one request, and how long a report of an erasure is kept.
const (
	piecesPerRequest = 4
	pieceSize        = 4000 // items
	erasureKept      = 90 * 24 * time.Hour
)

// The most requests on a day. The limits are on requests and not on people, because a request has a price: it reads at
// most 4 MB of the table, and which person it is about makes no difference.
const (
	userExports    = 500   // of a user for their own data
	accountExports = 10000 // of all users of an account, each for their own data
	adminRequests  = 10000 // of all admins of an account, to export and erase others
)

// Users has the use cases of users that these need. [*meeting.Profiles] implements it.
type Users interface {
	View(ctx context.Context, c meeting.Caller, who string) (meeting.Profile, error)
	Managed(ctx context.Context, c meeting.Caller, who string) (meeting.Profile, error)
	DeleteToErase(ctx context.Context, c meeting.Caller, who string) (more bool, err error)
	NoteErasure(ctx context.Context, c meeting.Caller, id string) error
}

// Persons has the use cases of personal data: export and erase.
type Persons struct {
	store PersonStore
	users Users
	env   meeting.Env

	pieces, size int // of one request
}

// NewPersons makes the use cases.
func NewPersons(store PersonStore, users Users, env meeting.Env) *Persons {
	return &Persons{store: store, users: users, env: env, pieces: piecesPerRequest, size: pieceSize}
}

// InPieces returns the use cases with another amount of work for a request.
func (s Persons) InPieces(pieces, size int) *Persons {
	s.pieces, s.size = pieces, size
	return &s
}

// An Export is a part of a person's data.
type Export struct {
	User  meeting.User
	Items []PersonalItem
	Next  string // the token of the next part; "": this is the last
}

// Export returns a part of what is stored of the user, for the user themselves, and for admins who may read the
// meetings of others too: without that scope it returns [NoScope]. It returns [TooManyExports] after so many requests
// on a day. A part may be empty.
func (s *Persons) Export(ctx context.Context, c meeting.Caller, who, token string) (Export, error) {
	p, err := s.users.View(ctx, c, who)
	if err == nil && p.User != c.User && !c.May(meeting.AdminReadsMeetings) {
		err = MissingScope(meeting.AdminReadsMeetings)
	}
	if err != nil {
		return Export{}, err
	}
	out := Export{User: p.User}
	sealed := newSealer(p.PageKey, "export")
	position, err := sealed.open(token)
	if err == nil {
		err = s.countExport(ctx, c, p.User)
	}
	for range s.pieces {
		if err != nil {
			return out, err
		}
		var found []PersonalItem
		found, position, err = s.store.PersonalData(ctx, personOf(p), position, s.size)
		out.Items = append(out.Items, found...)
		if position == "" {
			return out, err
		}
	}
	if err == nil {
		out.Next, err = sealed.seal(s.env.Random, position)
	}
	return out, err
}

// countExport counts a request for the data of the user.
func (s *Persons) countExport(ctx context.Context, c meeting.Caller, of meeting.User) error {
	if c.User != of {
		return s.countAdmins(ctx, c)
	}
	err := s.count(ctx, "export#"+c.Account+"#"+c.ID, userExports, "You read your personal data too often today.")
	if err == nil {
		err = s.count(ctx, "exports#"+c.Account, accountExports, "The users of your account read their personal data too often today.")
	}
	return err
}

// countAdmins counts a request of an admin for somebody else.
func (s *Persons) countAdmins(ctx context.Context, c meeting.Caller) error {
	const message = "The admins of your account exported and erased too much today."
	return s.count(ctx, "exports by admins#"+c.Account, adminRequests, message)
}

// count counts one of at most so many requests on a day.
func (s *Persons) count(ctx context.Context, scope string, most int, message string) error {
	today := s.env.Now().Truncate(24 * time.Hour)
	n, err := s.store.Spend(ctx, scope, today)
	if err != nil || n <= most {
		return err
	}
	wait := today.Add(24 * time.Hour).Sub(s.env.Now())
	return &meeting.Refusal{Reason: TooManyExports, Retry: int(wait/time.Second) + 1, Message: message + " Go on tomorrow."}
}

// Erase erases the user, for admins: the account's user is deleted first, then the person from every item. It does a
// bounded part of the work; until the erasure is Done, the same request with the user's id goes on. Later it returns
// the report again. It returns [TooManyExports] after so many requests of the account's admins on a day.
func (s *Persons) Erase(ctx context.Context, c meeting.Caller, who string) (Erasure, error) {
	e, err := s.begun(ctx, c, who)
	if err != nil || e.Done() {
		return e, err
	}
	if err := s.countAdmins(ctx, c); err != nil {
		return e, err
	}
	if !e.Released {
		more, err := s.users.DeleteToErase(ctx, c, e.Person.User.ID)
		if err != nil && meeting.ReasonOf(err) != meeting.NoUser || more {
			return e, err
		}
		e.Released = true
	}
	for range s.pieces {
		if err := s.erasePiece(ctx, &e); err != nil {
			return e, err
		}
		if e.Done() {
			break
		}
	}
	return s.put(ctx, e)
}

// put stores the erasure. After a concurrent change it returns meeting.Busy.
func (s *Persons) put(ctx context.Context, e Erasure) (Erasure, error) {
	e, err := s.store.PutErasure(ctx, e)
	if err == ErrStale { //nolint:errorlint // the store returns it as it is
		err = busy()
	}
	return e, err
}

// begun returns the erasure of the user; a new one, which is stored, if there is none. A user who is there again was
// erased before they signed in again.
func (s *Persons) begun(ctx context.Context, c meeting.Caller, who string) (Erasure, error) {
	p, unknown := s.users.Managed(ctx, c, who)
	if unknown != nil && meeting.ReasonOf(unknown) != meeting.NoUser {
		return Erasure{}, unknown
	}
	user := p.User
	if unknown != nil {
		user = meeting.User{Account: c.Account, ID: who}
	}
	e, err := s.store.Erasure(ctx, erasureID(user))
	switch {
	case err != nil, e.Version > 0 && unknown != nil && c.May(meeting.AdminWritesUsers):
		return e, err
	case e.Version > 0 && !e.Done(): // the user is not deleted yet, or signed in again
		e.Released, e.Position = false, ""
		return e, nil
	case unknown != nil:
		return e, unknown
	}
	return s.begin(ctx, e.Version, personOf(p))
}

// begin stores a new erasure, over one of the version.
func (s *Persons) begin(ctx context.Context, version int64, p Person) (e Erasure, err error) {
	var random [12]byte
	if _, err := io.ReadFull(s.env.Random, random[:]); err != nil {
		return e, fmt.Errorf("account: pseudonym: %w", err)
	}
	now := s.env.Now()
	e = Erasure{ID: erasureID(p.User), Person: p, Version: version, BegunAt: now, Expires: now.Add(erasureKept),
		Pseudonym: "erased-" + base64.RawURLEncoding.EncodeToString(random[:])}
	return s.put(ctx, e)
}

// erasureID names the erasure of the user, without the user's id.
func erasureID(u meeting.User) string {
	sum := sha256.Sum256([]byte("erasure\x00" + u.Account + "\x00" + u.ID))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

func (s *Persons) erasing(e Erasure) Erasing {
	c := s.env.Config
	return Erasing{Pseudonym: e.Pseudonym, KeepRecords: c.KeepErasedRecords, Now: s.env.Now(), Quarantine: c.Quarantine}
}

func (s *Persons) erasePiece(ctx context.Context, e *Erasure) error {
	found, next, err := s.store.ErasePersonalData(ctx, e.Person, s.erasing(*e), e.Position, s.size)
	if err != nil {
		return err
	}
	if e.Counts == nil {
		e.Counts = map[string]int{}
	}
	for _, f := range found {
		e.Counts[f.Kind+" "+f.How]++
	}
	if e.Position = next; next == "" {
		e.Person, e.DoneAt = Person{}, s.env.Now()
	}
	return nil
}

// Report returns the counts by kind, sorted.
func (e Erasure) Report() (all []ErasedCount) {
	for name, n := range e.Counts {
		c := ErasedCount{Count: n}
		_, _ = fmt.Sscan(name, &c.Kind, &c.How)
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b ErasedCount) int { return strings.Compare(a.Kind+" "+a.How, b.Kind+" "+b.How) })
	return all
}

// An ErasedCount says from how many items of a kind a person was erased.
type ErasedCount struct {
	Erased
	Count int
}
