package rules

import (
	"personal-rooms/shared/account"
	"personal-rooms/shared/meeting"
)

// accountActions are the lines of the admins of Ada's account, and of the operator.
func accountActions() []command {
	return []command{
		{"the admins lock SETTING[ to be (?P<OFF>off)]", func(c call) string {
			s := c.setting()
			on := map[meeting.AccountSetting]bool{s: c.arg("OFF") == ""}
			return c.edit(account.RulesEdit{Values: on, Locks: map[meeting.AccountSetting]bool{s: true}})
		}},
		{"the admins unlock SETTING", func(c call) string {
			return c.edit(account.RulesEdit{Locks: map[meeting.AccountSetting]bool{c.setting(): false}})
		}},
		{"the operator closes the account", func(c call) string { return c.closeAccount(true) }},
		{"the operator opens the account", func(c call) string { return c.closeAccount(false) }},
	}
}

// setting is SETTING, a name of Zoom's without its section.
func (c call) setting() meeting.AccountSetting {
	for _, section := range []string{"in_meeting.", "schedule_meeting."} {
		for _, s := range meeting.AccountSettings() {
			if string(s) == section+c.arg("SETTING") {
				return s
			}
		}
	}
	c.t.Fatalf("there is no setting %q", c.arg("SETTING"))
	return ""
}

// governed is Ada's room with the rules of her account.
func (c call) governed() meeting.Room {
	r := c.room()
	rules, err := c.plain.AccountRules(c.ctx(), r.Owner.Account)
	c.must(err)
	r.Rules = rules
	return r
}

func (c call) rules() *account.Rules {
	store, _ := c.plain.(account.Store) // it is the table
	return account.NewRules(store, c.Env, "operators")
}

func (c call) edit(e account.RulesEdit) string {
	return c.result(c.rules().Edit(c.ctx(), callerOf("root"), account.OwnAccount, e))
}

func (c call) closeAccount(on bool) string {
	operator := meeting.Caller{User: meeting.User{Account: "operators", ID: "root"}}
	return c.result(c.rules().Close(c.ctx(), operator, callerOf(owner).Account, on, ""))
}
