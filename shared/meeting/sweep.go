package meeting

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// MaxSwept is how many meetings of a user one request goes through.
const MaxSwept = 500

const sweepPage = 100

// A sweep is a change of a user's status that is under way: it gives their rooms the status, one after the other. The
// profile holds it from the decision until all rooms are done, so that the next request or event goes on with it.
type sweep struct {
	to    Status
	seq   int64  // of the decision: the version of the profile that it made. A room takes no status of an earlier one
	after Number // the last meeting whose room is done
}

func (s sweep) String() string { return fmt.Sprintf("%s/%d/%s", s.to, s.seq, s.after) }

// sweep returns the change of the status that is under way, and whether there is one.
func (p Profile) sweep() (s sweep, underWay bool) {
	to, rest, _ := strings.Cut(p.Sweep, "/")
	seq, after, found := strings.Cut(rest, "/")
	status, unknown := ParseStatus(to)
	n, wrong := strconv.ParseInt(seq, 10, 64)
	return sweep{status, n, Number(after)}, found && unknown == nil && wrong == nil
}

// ChangesStatus reports whether a change of the user's status is under way: see [Profiles.ContinueStatus].
func (p Profile) ChangesStatus() bool {
	_, underWay := p.sweep()
	return underWay
}

// goal is the status that the user has, or will have.
func (p Profile) goal() Status {
	if s, underWay := p.sweep(); underWay {
		return s.to
	}
	return p.Status
}

// ContinueStatus goes on with a change of the user's status that is under way: with at most a page of meetings. What it
// stores says where the next call goes on, until all is done. So the change ends although its request was interrupted
// or is not repeated.
func (s *Profiles) ContinueStatus(ctx context.Context, u User) error {
	p, err := s.core.store.Profile(ctx, u)
	if err == nil {
		_, err = s.core.sweepOn(ctx, p, sweepPage)
	}
	if errors.Is(err, ErrStale) { // that change is an event, which goes on
		return nil
	}
	return err
}

// beginSweep stores the decision, unless it is under way or has no effect. A deactivated user is inactive from then on;
// an activated one becomes active when all rooms are. The entry of the audit trail is stored with a decision that
// changes the status.
func (t *core) beginSweep(ctx context.Context, p Profile, to Status, entry ...Change) (Profile, error) {
	_, underWay := p.sweep()
	if p.goal() == to && (underWay || to == Active) {
		return p, nil
	}
	if p.goal() == to {
		entry = nil
	}
	if to == Inactive {
		p.Status = to
	}
	p.Sweep = sweep{to: to, seq: p.Version + 1}.String()
	return t.putProfile(ctx, p, entry...)
}

// sweepOn gives the status to the personal room and to the rooms of at most so many more meetings, and stores that. It
// returns [ErrStale] after another decision on the status, or a change of the PMI.
func (t *core) sweepOn(ctx context.Context, p Profile, most int) (Profile, error) {
	s, underWay := p.sweep()
	if !underWay {
		return p, nil
	}
	if err := t.closeNumber(ctx, p.User, p.PMI, s); err != nil {
		return p, err
	}
	next, err := t.eachMeeting(ctx, p.User, string(s.after), most, func(ctx context.Context, m Meeting) error {
		return t.closeNumber(ctx, p.User, m.ID, s)
	})
	if err != nil {
		return p, err
	}
	s.after = Number(next)
	return t.advance(ctx, p, s)
}

// advance stores how far the sweep is; without a next meeting, that it is done. After a concurrent change it keeps what
// is further. It returns [ErrStale] if the sweep is not the one under way any more, or if the PMI is another one.
func (t *core) advance(ctx context.Context, p Profile, to sweep) (Profile, error) {
	for range tries {
		now := p
		now.Sweep = to.String()
		if to.after == "" {
			now.Sweep, now.Status = "", to.to
		}
		now, err := t.putProfile(ctx, now)
		if !errors.Is(err, ErrStale) {
			return now, err
		}
		if now, err = t.store.Profile(ctx, p.User); err != nil {
			return p, err
		}
		s, underWay := now.sweep()
		switch {
		case !underWay && now.Exists() && now.Status == to.to:
			return now, nil
		case !underWay || s.to != to.to || s.seq != to.seq || now.PMI != p.PMI:
			return p, ErrStale
		case to.after != "" && s.after >= to.after:
			return now, nil
		}
		p = now
	}
	return p, refuse(Busy)
}

// putProfile stores the profile, and what is stored with it. It returns [ErrStale] after a concurrent change.
func (t *core) putProfile(ctx context.Context, p Profile, with ...Change) (Profile, error) {
	err := t.store.Save(ctx, append([]Change{PutProfile{p}}, with...)...)
	if impossible(err) != nil {
		return p, ErrStale
	}
	p.Version++
	return p, err
}

// eachMeeting calls do with at most so many meetings of the host, and returns where the others begin; "": there are
// none.
func (t *core) eachMeeting(
	ctx context.Context, host User, after string, most int, do func(context.Context, Meeting) error,
) (next string, err error) {
	next = after
	for range most / sweepPage {
		var page []Meeting
		if page, next, err = t.store.Meetings(ctx, host, next, sweepPage); err == nil {
			_, err = each(ctx, page, func(ctx context.Context, _ int, m Meeting) (struct{}, error) { return struct{}{}, do(ctx, m) })
		}
		if err != nil || next == "" {
			return "", err
		}
	}
	return next, nil
}

// closeNumber gives the user's room of the number the status, unless it has that of a later decision. It ends the
// instance of a room that is closed. The decision comes first: nobody is admitted after it. Each sweep changes the
// epoch of each room, also of one that has the status, so a write of an earlier sweep that comes late is decided again.
func (t *core) closeNumber(ctx context.Context, owner User, n Number, s sweep) error {
	r, err := t.store.Room(ctx, n)
	if err != nil {
		return err
	}
	r, _, err = t.applyAgain(ctx, r, func(r Room) (*Transition, error) {
		if !r.Enterable() || r.Owner != owner || r.StatusSeq > s.seq || r.StatusSeq == s.seq && r.Closed == s.to {
			return nil, nil
		}
		return &Transition{Instance: r.Live.Instance, Epoch: &r.Live.Epoch, HostDecision: true, Close: &s.to, StatusSeq: s.seq}, nil
	})
	if err != nil || s.to == Active || r.Owner != owner || r.Closed != s.to || !r.Live.Open {
		return err
	}
	return t.endNow(ctx, r)
}
