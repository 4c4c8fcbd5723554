package table

import (
	"reflect"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"personal-rooms/shared/account"
)

// erasedName is the name of an erased person in the records of others.
const erasedName = "Erased user"

// A rewriter takes a person out of an item that stays.
type rewriter struct {
	person    account.Person
	pseudonym string
}

// rewrite returns the item without the person. What is stored is not changed.
func (w rewriter) rewrite(it item) item {
	after := w.object(it)
	if stringOf(it["type"]) == "seat" && stringOf(it["owner"]) != stringOf(after["owner"]) {
		after["name"] = text(erasedName)
	}
	if stringOf(it["type"]) == "automation" {
		after["grants"] = w.grants(it["grants"])
	}
	return after
}

// object replaces the person's id where the account is theirs, and drops their e-mail address.
func (w rewriter) object(it item) item {
	after := make(item, len(it))
	ours := stringOf(it["account"]) == w.person.User.Account
	for name, v := range it {
		switch id := stringOf(v); {
		case ours && id == w.person.User.ID && slices.Contains([]string{"owner", "host", "user", "acts_as"}, name):
			v = text(w.pseudonym)
		case name == "topic" && w.person.Name != "": // of the personal room, or of a meeting without another one
			v = text(strings.ReplaceAll(id, w.person.Name, erasedName))
		case name == "host_name" && w.person.Name != "" && id == w.person.Name: // of an invitation, or of a guest pass
			v = text(erasedName)
		case w.isAddress(v) && (name == "email" || name == "host_email"):
			continue
		default:
			v = w.value(name, v)
		}
		if v != nil {
			after[name] = v
		}
	}
	return after
}

// value returns the value without the person; nil if nothing is left of a list of addresses.
func (w rewriter) value(name string, v types.AttributeValue) types.AttributeValue {
	switch v := v.(type) {
	case *types.AttributeValueMemberM:
		return &types.AttributeValueMemberM{Value: w.object(v.Value)}
	case *types.AttributeValueMemberL:
		var all []types.AttributeValue
		for _, element := range v.Value {
			if !w.isAddress(element) {
				all = append(all, w.value("", element))
			}
		}
		if len(all) == 0 && (name == "invitees" || name == "hosts") {
			return nil
		}
		return &types.AttributeValueMemberL{Value: all}
	}
	return v
}

func (w rewriter) isAddress(v types.AttributeValue) bool {
	return w.person.Email != "" && stringOf(v) == w.person.Email
}

// grants are those of other users.
func (w rewriter) grants(v types.AttributeValue) types.AttributeValue {
	all, ok := v.(*types.AttributeValueMemberL)
	if !ok {
		return v
	}
	left := &types.AttributeValueMemberL{}
	for _, g := range all.Value {
		if m, ok := g.(*types.AttributeValueMemberM); !ok || stringOf(m.Value["user"]) != w.person.User.ID {
			left.Value = append(left.Value, g)
		}
	}
	return left
}

// rewriting returns the update that stores the attributes which differ, if the item still has those that were read;
// none, if there is nothing to change. A withdrawn address is a change like a host's: it has an event, a calendar entry
// gets its next revision, and a room its next epoch.
func rewriting(before, after item, how erasing) (u *update, when []expression) {
	u = &update{}
	for name, was := range before {
		now := after[name]
		if reflect.DeepEqual(was, now) {
			continue
		}
		when = append(when, express(attribute(name)+" = ?", was))
		if now == nil {
			u.remove(name)
		} else {
			u.sets = append(u.sets, express(attribute(name)+" = ?", now))
		}
	}
	if len(when) == 0 {
		return nil, nil
	}
	when = append(when, express("attribute_exists(#pk)"))
	if v, versioned := before["v"]; versioned {
		when = append(when, express("#v = ?", v))
		u.add("v", 1)
	}
	kind := stringOf(before["type"])
	switch {
	case kind == "link":
		u.set(deleteAfter(timeOf(numberOf(before["rests_until"]))))
	case kind == "meeting":
		u.add("sequence", 1)
	case kind == "room" && before["instance"] != nil:
		when = append(when, is("epoch", numberOf(before["epoch"])))
		u.add("epoch", 1)
	}
	u.set(noEvent(how == isRewritten))
	return u, when
}

// numberOf returns a number; 0 if there is none.
func numberOf(v types.AttributeValue) (n int64) {
	if v != nil {
		_ = attributevalue.Unmarshal(v, &n) // what is no number is 0
	}
	return n
}
