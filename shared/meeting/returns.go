package meeting

import (
	"maps"
	"slices"
	"time"
)

// A seat that somebody gave up is taken again MaxReturns times in a row, and then once in ReturnInterval: each return
// is a write and events, and may be an admission.
const (
	MaxReturns     = 10
	ReturnInterval = 15 * time.Second
)

// returned returns the seat that is taken again at the time. ReturnsPaid is when the returns so far are paid for, at
// one in ReturnInterval.
func (s Seat) returned(now time.Time) Seat {
	s.ReturnsPaid = later(s.ReturnsPaid, now).Add(ReturnInterval)
	return s
}

// checkReturn returns [TooManyWaiting] if the seat was left, and taken again too often lately.
func (s Seat) checkReturn(now time.Time) error {
	wait := s.ReturnsPaid.Sub(now.Add((MaxReturns - 1) * ReturnInterval))
	if s.State != Left || wait <= 0 {
		return nil
	}
	no := Refuse(TooManyWaiting, "You left and returned too often. Wait a while, then try again.")
	no.Retry = int((wait + time.Second - 1) / time.Second)
	return no
}

// withSeqs returns the seat with more admission numbers, and when each was decided at the latest. It keeps those that
// arriving may ask for: from the last one on that was decided ArrivalTimeout before now. So a seat is bounded by what
// happens within that time, however often people come in.
func (s Seat) withSeqs(more map[int64]time.Time, now time.Time) Seat {
	all := s.seqTimes()
	maps.Copy(all, more)
	seqs := slices.Sorted(maps.Keys(all))
	for i, n := range slices.Backward(seqs) {
		if !now.Before(all[n].Add(ArrivalTimeout)) {
			seqs = seqs[i:]
			break
		}
	}
	s.AdmissionSeqs, s.SeqTimes = seqs, nil
	for _, n := range seqs {
		if len(seqs) > 1 { // the time of a single one is AdmittedAt
			s.SeqTimes = append(s.SeqTimes, all[n])
		}
	}
	return s
}

// seqTimes returns the admission numbers of the seat, and when each was decided at the latest: in a seat of an older
// version, AdmittedAt.
func (s Seat) seqTimes() map[int64]time.Time {
	all := make(map[int64]time.Time, len(s.AdmissionSeqs))
	for i, n := range s.AdmissionSeqs {
		all[n] = s.AdmittedAt
		if len(s.SeqTimes) == len(s.AdmissionSeqs) {
			all[n] = s.SeqTimes[i]
		}
	}
	return all
}
