package table

import (
	"context"
	"time"

	"personal-rooms/shared/meeting"
)

// linkFields are the claim of a personal link. A link has its name as it was typed until it is released.
func linkFields(l *meeting.LinkClaim, name *meeting.Link) fields {
	return append(userFields(&l.User), value("name", name), value("rests_until", &l.QuarantinedUntil))
}

func linkItem(l meeting.LinkClaim, name meeting.Link) fields {
	return append(linkFields(&l, &name), itemType("link"))
}

// LinkClaim returns whose the personal link is; the zero LinkClaim if it is nobody's. A link never leads to a number.
func (t *Table) LinkClaim(ctx context.Context, l meeting.Link) (meeting.LinkClaim, error) {
	var name meeting.Link
	claim, err := read(ctx, t, linkKey(l), func(c *meeting.LinkClaim) fields { return linkFields(c, &name) })
	if name != "" { // an older version, which claims a released link, leaves the end of its quarantine as it is
		claim.QuarantinedUntil = time.Time{}
	}
	return claim, err
}

// claimLink is I4: the link is free, or the user's, or its quarantine is over.
func claimLink(c meeting.ClaimLink) write {
	free := anyOf(freeFor(c.User), allOf(absent("name"), express("#rests_until <= ?", millis(c.Now))))
	return write{key: linkKey(c.Link), item: linkItem(meeting.LinkClaim{User: c.User}, c.Link), when: free}
}

// releaseLink keeps the link for the user (I2).
func releaseLink(c meeting.ReleaseLink) write {
	released := meeting.LinkClaim{User: c.User, QuarantinedUntil: c.Until}
	return write{key: linkKey(c.Link), item: linkItem(released, ""), when: freeFor(c.User)}
}
