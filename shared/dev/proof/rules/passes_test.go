package rules

import (
	"fmt"
	"strconv"
	"time"

	"personal-rooms/shared/meeting"
)

// passActions are the lines about guest passes. A pass has a name in the script, which is that of the person too.
func passActions() []command {
	return []command{
		{"WHO makes? a pass for PERSON[ with HOW]", call.makePass},
		{"WHO revokes? the pass of PERSON", act(func(c call) error {
			return c.Profiles().RevokePass(c.ctx(), c.by(), "ada", c.passes[c.arg("PERSON")].Pass.ID)
		})},
		{"WHO joins? by the pass of PERSON[ for MEETING][ with HOW]", call.joinByPass},
	}
}

// passQuestions are the lines that look at passes.
func passQuestions() []command {
	return []command{
		{"the uses of the pass of PERSON", func(c call) string {
			return strconv.Itoa(c.pass().Uses()) + " " + string(c.pass().State(c.Clock.Now()))
		}},
		{"how many passes there are", func(c call) string {
			all, err := c.plain.Passes(c.ctx(), callerOf(owner).User)
			c.must(err)
			return strconv.Itoa(len(all))
		}},
		{"the pass of WHO", func(c call) string {
			p := c.seat().Pass
			return fmt.Sprint(p.Name, " invited by ", p.Host)
		}},
	}
}

func (c call) pass() meeting.Pass {
	p, err := c.plain.Pass(c.ctx(), callerOf(owner).User, c.passes[c.arg("PERSON")].Pass.ID)
	c.must(err)
	return p
}

// makePass makes a pass for Ada's room: "uses 3", "time 1h", "approval on", "key k".
func (c call) makePass() string {
	options := c.options()
	plan := meeting.PassPlan{Name: c.arg("PERSON"), Key: options["key"], SkipsWaitingRoom: options["approval"] == "on"}
	if n, err := strconv.Atoi(options["uses"]); err == nil {
		plan.Limit = &n
	}
	if d, err := time.ParseDuration(options["time"]); err == nil {
		plan.Until = new(c.Clock.Now().Add(d))
	}
	plan.Request = meeting.Fingerprint(fmt.Sprint(plan.Name, options["uses"]))
	made, err := c.Profiles().MakePass(c.ctx(), c.by(), "ada", plan)
	if err != nil {
		return c.result(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	was, again := c.passes[plan.Name]
	c.passes[plan.Name] = made
	if again && was.Token == made.Token {
		return "the same"
	}
	return "ok"
}

// joinByPass takes a new seat by the pass, without a passcode: "passcode p", "key k", "place room".
func (c call) joinByPass() string {
	p, options := c.person(), c.options()
	p.address = "the room"
	c.mu.Lock()
	token := c.passes[c.arg("PERSON")].Token
	c.mu.Unlock()
	if token == "" {
		token = "nobodys.pass"
	}
	a, err := c.Door().Join(c.ctx(), p.caller, meeting.JoinInput{
		Address: c.number(p.address), Name: p.name, Pass: token, Passcode: options["passcode"],
		OMN: c.numbers[c.arg("MEETING")], Key: options["key"], Request: meeting.Fingerprint("join"),
	})
	return c.seated(p, a, err)
}
