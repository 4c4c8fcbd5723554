package rules

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"personal-rooms/shared/meeting"
)

// set changes one field of the user's profile, or of their personal room.
func (w *world) set(a arguments) (string, error) {
	var e meeting.Edit
	known, err := profileField(&e, a["FIELD"], a["VALUE"])
	if !known {
		e.Room = &meeting.SettingsEdit{}
		err = settingsField(e.Room, a["FIELD"], a["VALUE"])
	}
	if err != nil {
		return "", err
	}
	old := w.room().Number
	result := w.result(w.Profiles().Edit(w.t.Context(), w.who(a["WHO"]).caller, "me", e))
	if e.PMI != nil && w.room().Number != old {
		w.numbers["OldNumber"] = old
	}
	return result, nil
}

func profileField(e *meeting.Edit, field, value string) (known bool, err error) {
	on, text := value == "on", value
	switch field {
	case "number":
		e.PMI = new(meeting.Number(text))
	case "link":
		e.Link = new(meeting.Link(text))
	case "host_key":
		e.HostKey = &text
	case "first_name":
		e.FirstName = &text
	case "always_pmi":
		e.AlwaysPMI = &on
	case "schedule_pmi":
		e.SchedulePMI = &on
	case "forwarding":
		e.Forwarding = &on
	default:
		return false, nil
	}
	return true, nil
}

func settingsField(e *meeting.SettingsEdit, field, value string) (err error) {
	on := value == "on"
	switch field {
	case "passcode":
		e.Passcode = &value
		if value == "none" {
			e.Passcode = new("")
		}
	case "waiting_room":
		e.WaitingRoom = new(meeting.WaitingRoom(value))
	case "join_before_host":
		e.JoinBeforeHost = &on
	case "join_before_host_window":
		e.JoinBeforeHostWindow = new(time.Duration(0))
		*e.JoinBeforeHostWindow, err = time.ParseDuration(value)
	case "auto_lock":
		e.AutoLock = new(time.Duration(0))
		*e.AutoLock, err = time.ParseDuration(value)
	case "signed_in_only":
		e.SignedInOnly = &on
	case "domains":
		e.Domains = new(strings.Fields(value))
	case "capacity":
		e.Capacity = new(0)
		*e.Capacity, err = strconv.Atoi(value)
	case "alternative_hosts":
		hosts := strings.Fields(value)
		for i, host := range hosts {
			hosts[i] = callerOf(host).Email
		}
		e.AlternativeHosts = &hosts
	default:
		err = fmt.Errorf("there is no setting %s", field)
	}
	return err
}

// plan schedules a meeting. Its number gets the name in the script.
func (w *world) plan(a arguments) (string, error) {
	plan := meeting.Plan{UsePMI: new(a["PMI"] != "")}
	return w.create(a, plan)
}

func (w *world) create(a arguments, plan meeting.Plan) (string, error) {
	plan.Topic, plan.Start = new(a["NAME"]), &meeting.ClientTime{Time: w.Clock.Now()}
	if a["TIME"] != "" {
		in, err := time.ParseDuration(a["TIME"])
		if err != nil {
			return "", err
		}
		plan.Start.Time = plan.Start.Time.Add(in)
	}
	for _, how := range options(a["HOW"]) {
		field, value := cutOption(how)
		if err := settingsField(&plan.Settings, field, value); err != nil {
			return "", err
		}
	}
	made, err := w.Schedule().Create(w.t.Context(), w.who(a["WHO"]).caller, "me", plan)
	if err != nil {
		return w.result(err), nil
	}
	w.numbers[a["NAME"]], w.advisories = made.Meeting.ID, made.Advisories
	return "ok", nil
}

// planSeries schedules a series that begins now, each time for an hour.
func (w *world) planSeries(a arguments) (string, error) {
	rule := meeting.Recurrence{Cycle: meeting.Daily, Interval: a.count("N"), Times: a.count("N2")}
	return w.create(a, meeting.Plan{Type: new(meeting.FixedTime), UsePMI: new(false), Recurrence: &meeting.Recurring{Recurrence: rule}})
}

// occurrence is the nth occurrence of a planned series, counted from 1 among all that are still to come or running.
func (w *world) occurrence(a arguments) (meeting.Occurrence, error) {
	p, err := w.Schedule().Get(w.t.Context(), w.who(a["WHO"]).caller, w.number(a["NAME"]))
	if n := a.count("N"); err == nil && n >= 1 && n <= len(p.Occurrences) {
		return p.Occurrences[n-1], nil
	}
	return meeting.Occurrence{}, fmt.Errorf("%s has no such occurrence: %w", a["NAME"], err)
}

func (w *world) moveOccurrence(a arguments) (string, error) {
	o, err := w.occurrence(a)
	if err != nil {
		return "", err
	}
	by, err := time.ParseDuration(a["TIME"])
	if err != nil {
		return "", err
	}
	to := meeting.Plan{Start: &meeting.ClientTime{Time: o.Start.Add(-by)}}
	_, err = w.Schedule().ChangeOccurrence(w.t.Context(), w.who(a["WHO"]).caller, w.number(a["NAME"]), o.ID, to)
	return w.result(err), nil
}

func (w *world) cancelOccurrence(a arguments) (string, error) {
	o, err := w.occurrence(a)
	if err != nil {
		return "", err
	}
	_, err = w.Schedule().CancelOccurrence(w.t.Context(), w.who(a["WHO"]).caller, w.number(a["NAME"]), o.ID)
	return w.result(err), nil
}
