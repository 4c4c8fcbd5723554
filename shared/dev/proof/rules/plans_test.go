package rules

import (
	"reflect"
	"strconv"
	"strings"
	"time"

	"personal-rooms/shared/meeting"
)

// set changes one field of the user's profile, or of their personal room. The number before is OldNumber in scripts.
func (w *world) set(a arguments) string {
	value := a["VALUE"]
	if n, named := w.numbers[value]; named {
		value = n.String()
	}
	var e meeting.Edit
	if !setField(&e, a["FIELD"], value) {
		e.Room = &meeting.SettingsEdit{}
		if !setField(e.Room, a["FIELD"], value) {
			return unknown + " there is no such setting"
		}
	}
	user := w.who(a["WHO"]).caller
	if e.PMI != nil && user.ID == owner {
		w.numbers["OldNumber"] = w.room().Number
	}
	return w.result(w.Profiles().Edit(w.t.Context(), user, "me", e))
}

// setField sets the field of an edit by the name of its setting: "always_pmi" is AlwaysPMI. It reports whether there is
// such a field and the value fits it. "on" is true, "none" is empty, and alternative hosts are named as people.
func setField(edit any, name, value string) bool {
	field := reflect.ValueOf(edit).Elem().FieldByNameFunc(func(field string) bool {
		return strings.EqualFold(field, strings.ReplaceAll(name, "_", ""))
	})
	if !field.IsValid() || field.Kind() != reflect.Pointer {
		return false
	}
	field.Set(reflect.New(field.Type().Elem()))
	var err error
	switch to := field.Interface().(type) {
	case *bool:
		*to = value == "on"
	case *int:
		*to, err = strconv.Atoi(value)
	case *time.Duration:
		*to, err = time.ParseDuration(value)
	case *[]string:
		for one := range strings.FieldsSeq(value) {
			if name == "alternative_hosts" {
				one = callerOf(one).Email
			}
			*to = append(*to, one)
		}
	default:
		if value != "none" {
			field.Elem().SetString(value)
		}
	}
	return err == nil
}

func (w *world) plan(a arguments) string {
	if a["INSTANT"] != "" { // it is started later
		return w.create(a, meeting.Plan{Type: new(meeting.Instant)})
	}
	return w.create(a, meeting.Plan{UsePMI: new(a["PMI"] != "")})
}

// planSeries schedules a series that begins now.
func (w *world) planSeries(a arguments) string {
	rule := meeting.Recurrence{Cycle: meeting.Daily, Interval: a.count("N"), Times: a.count("TIMES")}
	plan := meeting.Plan{Type: new(meeting.FixedTime), UsePMI: new(false), Recurrence: &meeting.Recurring{Recurrence: rule}}
	return w.create(a, plan)
}

// create schedules a meeting of an hour, whose number has the name in scripts.
func (w *world) create(a arguments, plan meeting.Plan) string {
	fields, problem := w.planOf(a)
	if problem != "" {
		return problem
	}
	fields.Topic, fields.Start = new(a["NAME"]), &meeting.ClientTime{Time: w.Clock.Now().Add(a.time())}
	if plan.Type != nil {
		fields.Type, fields.Recurrence = plan.Type, plan.Recurrence
	}
	if plan.UsePMI != nil {
		fields.UsePMI = plan.UsePMI
	}
	made, err := w.Schedule().Create(w.t.Context(), w.who(a["WHO"]).caller, "me", fields)
	if err == nil {
		w.numbers[numberBefore] = w.numbers[a["NAME"]]
		w.numbers[a["NAME"]], w.advisories = made.Meeting.ID, made.Advisories
	}
	return w.result(err)
}

// occurrence is one of the occurrences of the series that are not over, counted from 1.
func (w *world) occurrence(a arguments) (o meeting.Occurrence) {
	p, err := w.Schedule().Get(w.t.Context(), w.who(a["WHO"]).caller, w.number(a["NAME"]))
	if n := a.count("N"); err == nil && n >= 1 && n <= len(p.Occurrences) {
		return p.Occurrences[n-1]
	}
	return o // does not exist
}

func (w *world) moveOccurrence(a arguments) string {
	o := w.occurrence(a)
	to := meeting.Plan{Start: &meeting.ClientTime{Time: o.Start.Add(-a.time())}}
	_, err := w.Schedule().ChangeOccurrence(w.t.Context(), w.who(a["WHO"]).caller, w.number(a["NAME"]), o.ID, to)
	return w.result(err)
}

func (w *world) cancelOccurrence(a arguments) string {
	_, err := w.Schedule().CancelOccurrence(w.t.Context(), w.who(a["WHO"]).caller, w.number(a["NAME"]), w.occurrence(a).ID)
	return w.result(err)
}
