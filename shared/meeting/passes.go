package meeting

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"
	"time"
)

// Limits of passes.
const (
	MaxPasses     = 100 // of a room
	MaxPassesMade = 100 // by a user, on a day
	MaxPassUses   = 100 // of one with a limit
	MaxPassName   = 64  // characters
	MaxPassTime   = 366 * 24 * time.Hour
)

// A PassPlan is a pass to be made.
type PassPlan struct {
	Name             string
	Limit            *int       // nil: one; with Until, any number
	Until            *time.Time // nil: no end
	SkipsWaitingRoom bool
	Key              string // Idempotency-Key, or ""
	Request          Identity
}

// A MadePass is a pass with its token, which is shown once.
type MadePass struct {
	Pass  Pass
	Token string
	Room  Room
}

// MakePass makes a guest pass for the personal room of who. It returns [TooManyPasses] if the room has MaxPasses, used
// ones too, or if MaxPassesMade were made today; and [UserInactive] if who was deactivated or deleted meanwhile.
func (s *Profiles) MakePass(ctx context.Context, c Caller, who string, plan PassPlan) (MadePass, error) {
	p, err := s.core.findUser(ctx, c, who, ManagePasses)
	if err == nil {
		err = p.Status.refusal()
	}
	if err != nil {
		return MadePass{}, err
	}
	r, err := s.core.roomOf(ctx, p)
	if err == nil && r.LinkKey == "" { // of an older version: the edit makes it
		r, err = s.core.editRoom(ctx, r, RoomEdit{})
	}
	if err != nil {
		return MadePass{}, err
	}
	record := IdempotencyRecord{By: c.User, Key: plan.Key, Request: plan.Request}
	if made, found, err := s.madePass(ctx, record, p.User, r); err != nil || found {
		return made, err
	}
	seed, err := s.core.env.randomText()
	if err == nil {
		err = s.checkPasses(ctx, c, p.User)
	}
	if err != nil {
		return MadePass{}, err
	}
	token := r.passToken(seed)
	made := MadePass{plan.pass(p, token, s.core.env.Now()), token, r}
	record.Instance = made.Pass.ID + "." + seed
	err = s.savePass(ctx, c, record, made.Pass)
	if impossible(err) != nil { // a retry at the same time
		made, _, err = s.madePass(ctx, record, p.User, r)
	}
	return made, err
}

// pass returns the pass of the token as it is planned.
func (plan PassPlan) pass(p Profile, token string, now time.Time) Pass {
	pass := Pass{
		ID: passID(token), Hash: passHash(token), Owner: p.User, Name: plan.Name, Host: p.Name(),
		SkipsWaitingRoom: plan.SkipsWaitingRoom, CreatedAt: now,
	}
	set(&pass.Until, plan.Until)
	if pass.Limit = 1; plan.Until != nil {
		pass.Limit = 0
	}
	set(&pass.Limit, plan.Limit)
	return pass
}

// passToken returns the token of 128 bits that the seed and a secret of the room make. An idempotency record has the
// seed, so that a retry shows the token again (I15); without the room it is of no use.
func (r Room) passToken(seed string) string {
	sum := sha256.Sum256([]byte("pass token\x00" + r.LinkKey + "\x00" + seed))
	return base64.RawURLEncoding.EncodeToString(sum[:linkTokenBytes])
}

// savePass stores the pass, and the record if it has a key.
func (s *Profiles) savePass(ctx context.Context, c Caller, record IdempotencyRecord, pass Pass) error {
	entry, err := s.core.env.Audit(c, AuditUserSettings, AuditAdd, "user "+pass.Owner.ID+": guest pass "+pass.ID)
	changes := []Change{PutPass{pass}, entry}
	if now := s.core.env.Now(); record.Key != "" {
		record.Expires = now.Add(IdempotencyLife)
		changes = append(changes, PutIdempotencyRecord{Record: record, Now: now})
	}
	if err == nil {
		err = s.core.store.Save(ctx, changes...)
	}
	if err == nil {
		err = s.recheckPass(ctx, c, pass)
	}
	return err
}

// recheckPass deletes the new pass, and returns why, if its owner was deactivated or deleted since they were checked:
// then it may have come too late to be deleted with them; or if the room has more than MaxPasses by now.
func (s *Profiles) recheckPass(ctx context.Context, c Caller, pass Pass) error {
	var owner Profile
	var all []Pass
	err := together(ctx,
		func(ctx context.Context) (err error) { owner, err = s.core.store.Profile(ctx, pass.Owner); return err },
		func(ctx context.Context) (err error) { all, err = s.core.store.Passes(ctx, pass.Owner); return err })
	var refusal error
	switch {
	case err != nil:
		return err
	case !owner.Exists():
		refusal = refuse(UserInactive)
	case owner.Status.refusal() != nil:
		refusal = owner.Status.refusal()
	case len(all) > MaxPasses:
		refusal = tooManyPasses()
	default:
		return nil
	}
	err = s.core.dropPass(ctx, c, pass.Owner, pass.ID)
	if impossible(err) != nil { // it was revoked, or deleted with its owner
		err = nil
	}
	return cmp.Or(err, refusal)
}

// madePass returns the pass that an earlier try with the key made for the owner of the room. It returns [NoPass] if
// that was revoked since: no retry makes it again.
func (s *Profiles) madePass(ctx context.Context, record IdempotencyRecord, owner User, r Room) (made MadePass, found bool, err error) {
	if record.Key == "" {
		return MadePass{}, false, nil
	}
	was, err := s.core.store.IdempotencyRecord(ctx, record.By, record.Key)
	if err != nil || was.Key == "" || !s.core.env.Now().Before(was.Expires) {
		return MadePass{}, false, err
	}
	id, seed, _ := strings.Cut(was.Instance, ".")
	token := r.passToken(seed)
	if was.Request != record.Request || id != passID(token) {
		return MadePass{}, true, refuse(KeyReused)
	}
	pass, err := s.core.store.Pass(ctx, owner, id)
	if err == nil && !pass.Exists() {
		err = refuse(NoPass)
	}
	return MadePass{pass, token, r}, true, err
}

// checkPasses returns [TooManyPasses] if no other pass can be made.
func (s *Profiles) checkPasses(ctx context.Context, c Caller, owner User) error {
	all, err := s.core.store.Passes(ctx, owner)
	if err == nil && len(all) >= MaxPasses {
		err = tooManyPasses()
	}
	if err != nil {
		return err
	}
	today := s.core.env.Now().Truncate(24 * time.Hour)
	made, err := s.core.store.Spend(ctx, "passes#"+c.budgetScope(), today)
	if err == nil && made > MaxPassesMade {
		err = s.core.retryAt(TooManyPasses, today.Add(24*time.Hour))
	}
	return err
}

func tooManyPasses() error {
	return Refuse(TooManyPasses, "This room has as many guest passes as it can have. Revoke those that are used up or expired.")
}

// Passes returns the passes of the personal room of who, the newest first.
func (s *Profiles) Passes(ctx context.Context, c Caller, who string) ([]Pass, error) {
	p, err := s.core.findUser(ctx, c, who, ManagePasses)
	if err != nil {
		return nil, err
	}
	all, err := s.core.store.Passes(ctx, p.User)
	slices.SortFunc(all, func(a, b Pass) int { return b.CreatedAt.Compare(a.CreatedAt) })
	return all, err
}

// RevokePass revokes a pass: a join that is invoked after it returned is not admitted by the pass, nor is somebody who
// waits by it, unless a host approved them. Who is in stays. It returns [NoPass] if there is no such pass.
func (s *Profiles) RevokePass(ctx context.Context, c Caller, who, id string) error {
	p, err := s.core.findUser(ctx, c, who, ManagePasses)
	if err != nil {
		return err
	}
	err = s.core.dropPass(ctx, c, p.User, id)
	if impossible(err) != nil {
		err = refuse(NoPass)
	}
	return err
}

// dropPass deletes a pass for the caller. It returns a [Conflict] if there is none.
func (t *core) dropPass(ctx context.Context, c Caller, owner User, id string) error {
	entry, err := t.env.Audit(c, AuditUserSettings, AuditDelete, "user "+owner.ID+": guest pass "+id)
	if err == nil {
		err = t.store.Save(ctx, DropPass{Owner: owner, ID: id}, entry)
	}
	return err
}

// dropPasses deletes the passes of a user whose room goes.
func (t *core) dropPasses(ctx context.Context, owner User) error {
	all, err := t.store.Passes(ctx, owner)
	if err != nil {
		return err
	}
	_, err = each(ctx, all, func(ctx context.Context, _ int, p Pass) (struct{}, error) {
		err := t.store.Save(ctx, DropPass{Owner: owner, ID: p.ID})
		if impossible(err) != nil { // it was revoked meanwhile
			err = nil
		}
		return struct{}{}, err
	})
	return err
}
