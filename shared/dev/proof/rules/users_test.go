package rules

import "personal-rooms/shared/meeting"

// userActions are the lines of admins who create, deactivate and delete the users of an account.
func userActions() []command {
	return []command{
		{"WHO invites USER[ with HOW]", call.invite},
		{"WHO (?P<TO>activates|deactivates) USER", call.setStatus},
		{"the change of USER's status goes on", func(c call) string { // as each write of the profile causes it
			return c.result(c.Profiles().ContinueStatus(c.ctx(), callerOf(c.arg("USER")).User))
		}},
		{"WHO gives USER the number NUMBER", func(c call) string {
			n := meeting.Number(c.arg("NUMBER"))
			return c.result(c.Profiles().Edit(c.ctx(), c.by(), c.arg("USER"), meeting.Edit{PMI: &n}))
		}},
		{"WHO deletes USER[, giving the meetings to HEIR]", call.deleteUser},
		{"WHO comes? to the account", func(c call) string { // the first sign-in
			_, _, err := c.Profiles().Room(c.ctx(), c.by(), "me")
			return c.result(err)
		}},
	}
}

// invite makes the user, with the number and the link of the line. Scripts know the number as Invited.
func (c call) invite() string {
	options := c.options()
	in := meeting.Invite{Email: callerOf(c.arg("USER")).Email, Key: options["key"]}
	for _, name := range []string{"pmi", "link"} {
		if value, given := options[name]; given {
			setField(&in.Edit, name, value)
		}
	}
	p, err := c.Profiles().Create(c.ctx(), c.by(), in)
	if err == nil {
		c.numbers["Invited"] = p.PMI
	}
	return c.result(err)
}

// setStatus repeats the request until it is done, as clients do.
func (c call) setStatus() string {
	to := map[string]meeting.Status{"activates": meeting.Active, "deactivates": meeting.Inactive}[c.arg("TO")]
	for {
		more, err := c.Profiles().SetStatus(c.ctx(), c.by(), c.arg("USER"), to)
		if err != nil || !more {
			return c.result(err)
		}
	}
}

func (c call) deleteUser() string {
	for {
		more, err := c.Profiles().Delete(c.ctx(), c.by(), c.arg("USER"), c.arg("HEIR"))
		if err != nil || !more {
			return c.result(err)
		}
	}
}
