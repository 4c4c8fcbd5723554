package meeting

import "testing"

// A lock wins over the settings of a room, and never opens a room that nothing else guards.
func TestI19LocksGovernRooms(t *testing.T) {
	locked := func(s AccountSetting, on bool) AccountRules {
		return AccountRules{Values: map[AccountSetting]bool{s: on}, Locked: []AccountSetting{s}}
	}
	waiting, open := Settings{Passcode: "open123", WaitingRoom: WaitEveryone}, Settings{Passcode: "open123", WaitingRoom: WaitNobody}
	bare, domains := Settings{WaitingRoom: WaitEveryone}, Settings{Domains: []string{"example.com"}, WaitingRoom: WaitNobody}
	guests := Settings{Passcode: "open123", WaitingRoom: WaitGuests}
	for what, c := range map[string]struct {
		rules    AccountRules
		room     Settings
		chosen   WaitingRoom // by a host, for the live instance
		waits    WaitingRoom
		signedIn bool
	}{
		"no lock":                                {AccountRules{Values: map[AccountSetting]bool{AccountWaitingRoom: true}}, open, "", WaitNobody, false},
		"no lock, a host chose":                  {AccountRules{}, open, WaitGuests, WaitGuests, false},
		"waiting room on":                        {locked(AccountWaitingRoom, true), open, "", WaitEveryone, false},
		"waiting room on, for guests":            {locked(AccountWaitingRoom, true), guests, "", WaitGuests, false},
		"waiting room on, a host chose off":      {locked(AccountWaitingRoom, true), waiting, WaitNobody, WaitEveryone, false},
		"waiting room off":                       {locked(AccountWaitingRoom, false), waiting, "", WaitNobody, false},
		"waiting room off, a host chose on":      {locked(AccountWaitingRoom, false), open, WaitEveryone, WaitNobody, false},
		"waiting room off, nothing else guards":  {locked(AccountWaitingRoom, false), bare, "", WaitEveryone, false},
		"waiting room off, signed-in only":       {locked(AccountWaitingRoom, false), domains, "", WaitNobody, true},
		"sign-in on":                             {locked(AccountSignIn, true), open, "", WaitNobody, true},
		"sign-in off":                            {locked(AccountSignIn, false), Settings{Passcode: "open123", SignedInOnly: true, WaitingRoom: WaitNobody}, "", WaitNobody, false},
		"sign-in off, nothing else guards":       {locked(AccountSignIn, false), domains, "", WaitEveryone, false},
		"passcode required":                      {locked(AccountPMIPasscode, true), open, "", WaitNobody, false},
		"passcode required and absent":           {locked(AccountPMIPasscode, true), domains, WaitNobody, WaitEveryone, true},
		"passcode required of others and absent": {locked(AccountInstantPasscode, true), domains, "", WaitNobody, true},
		"passcode not required and absent":       {locked(AccountPMIPasscode, false), domains, "", WaitNobody, true},
	} {
		r := Room{Kind: Personal, Settings: c.room, Rules: c.rules, Live: LiveState{Open: true, WaitingRoom: c.chosen}}
		if got := r.SettingsNow(); got.WaitingRoom != c.waits || got.admitsSignedInOnly() != c.signedIn {
			t.Errorf("%s: the waiting room is %s, signed-in only is %v", what, got.WaitingRoom, got.admitsSignedInOnly())
		}
		if r.Settings.WaitingRoom != c.room.WaitingRoom {
			t.Errorf("%s: the room was changed", what)
		}
	}
}

func TestEachKindOfMeetingHasItsPasscodeLock(t *testing.T) {
	for setting, c := range map[AccountSetting]Room{
		AccountPMIPasscode: {Kind: Personal}, AccountInstantPasscode: {Kind: MeetingRoom, Type: Instant},
		AccountScheduledPasscode: {Kind: MeetingRoom, Type: FixedTime},
	} {
		for _, other := range AccountSettings() {
			a := AccountRules{Locked: []AccountSetting{other}, Values: map[AccountSetting]bool{other: true}}
			if got := a.requiresPasscode(c.Kind, c.Type); got != (other == setting) {
				t.Errorf("%s, with a lock on %s: %v", setting, other, got)
			}
		}
	}
}
