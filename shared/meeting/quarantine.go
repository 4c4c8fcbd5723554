package meeting

import (
	"context"
	"slices"
)

// MaxQuarantined is how many released links of one user are quarantined. One more frees the oldest (I2).
const MaxQuarantined = 20

// changeLink returns the changes of the personal link, and the profile that knows its released ones.
func (s *Profiles) changeLink(ctx context.Context, p, to Profile) (changes []Change, after Profile, err error) {
	now := s.core.env.Now()
	if to.Link != p.Link && to.Link != "" {
		changes = append(changes, ClaimLink{Link: to.Link, User: p.User, Now: now})
	}
	if to.Link.Key() == p.Link.Key() {
		return changes, to, nil
	}
	to.PastLinks = slices.DeleteFunc(slices.Clone(p.PastLinks), func(l Link) bool {
		return l.Key() == p.Link.Key() || l.Key() == to.Link.Key()
	})
	if p.Link != "" {
		to.PastLinks = append(to.PastLinks, p.Link)
		changes = append(changes, ReleaseLink{Link: p.Link, User: p.User, Until: now.Add(s.core.env.Config.Quarantine)})
	}
	oldest := to.PastLinks[:max(0, len(to.PastLinks)-MaxQuarantined)]
	to.PastLinks = to.PastLinks[len(oldest):]
	freed, err := s.freeLinks(ctx, p.User, oldest)
	return append(changes, freed...), to, err
}

// freeLinks returns the changes that free those of the links that the user still has in quarantine.
func (s *Profiles) freeLinks(ctx context.Context, u User, links []Link) (changes []Change, err error) {
	for _, l := range links {
		claim, err := s.core.store.LinkClaim(ctx, l)
		if err != nil {
			return nil, err
		}
		if claim.User == u && claim.isReleased() {
			changes = append(changes, DropLink{Link: l, User: u})
		}
	}
	return changes, nil
}
