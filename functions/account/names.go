package main

// eventNames are those of the events that endpoints may ask for.
func eventNames() []string {
	return []string{
		"meeting.created", "meeting.updated", "meeting.deleted", "meeting.started", "meeting.ended",
		"meeting.participant_joined", "meeting.participant_left",
		"meeting.participant_joined_waiting_room", "meeting.participant_admitted", "meeting.participant_put_in_waiting_room",
		"meeting.participant_left_waiting_room", "meeting.participant_jbh_waiting", "meeting.participant_jbh_joined",
		"user.updated", "user.settings_updated",
		"room.locked", "room.unlocked", "room.number_changed", "room.participant_removed", "room.participant_denied", "room.invitation_due",
		"automation.succeeded", "automation.failed",
	}
}
