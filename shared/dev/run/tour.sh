setopt interactive_comments 2>/dev/null   # for zsh
ROOMS=http://127.0.0.1:3000

# Ada and Grace sign in: here any name will do. Each of them is a command now, and so is a guest, who has no account.
token() { curl -s -u "$1:any" -d grant_type=client_credentials $ROOMS/oauth/token | sed 's/.*"access_token":"\([^"]*\)".*/\1/'; }
ADA=$(token ada) GRACE=$(token grace)
guest() { method=$1 to=$2; shift 2; curl -s -w '  [%{http_code}]\n' -X $method -H 'Content-Type: application/json' $ROOMS$to "$@"; }
ada() { guest "$@" -H "Authorization: Bearer $ADA"; }
grace() { guest "$@" -H "Authorization: Bearer $GRACE"; }

# A profile and a personal room are there from the first sight of her. She picks a number that people can remember,
# wants every instant meeting there, and lets guests wait at the door.
ada GET /v2/users/me
ada PATCH /v2/users/me -d '{"pmi": 5551234321, "use_pmi": true}'
ada PATCH /v2/users/me/personal_meeting_room -d '{"waiting_room": "guests"}'
ada GET /v2/users/me/personal_meeting_room

# A generated number is refused now, and the answer says why. Then one tap: the room is open and she sits in it.
ada POST /v2/users/me/instant_meetings -d '{"use_pmi": false}'
ada POST /v2/users/me/instant_meetings -d '{}'

# Whoever has the passcode wrong learns nothing. With it, Grace comes right in, and Charles, a guest, waits.
PASSCODE=$(ada GET /v2/users/me/personal_meeting_room | sed 's/.*"passcode":"\([^"]*\)".*/\1/')
guest POST /v2/live_meetings/5551234321/guests -d '{"display_name": "Mallory", "passcode": "guess"}'
grace POST /v2/live_meetings/5551234321/participants -d '{"passcode": "'$PASSCODE'"}'
guest POST /v2/live_meetings/5551234321/guests -d '{"display_name": "Charles", "passcode": "'$PASSCODE'"}'

# Ada sees who is here and who waits, and lets everyone in.
ada GET /v2/live_meetings/5551234321/participants
ada PUT /v2/live_meetings/5551234321/participants/status -d '{"action": "admit"}'

# All are here: she locks the door, and a latecomer is told so.
ada PATCH /v2/live_meetings/5551234321 -d '{"locked": true}'
guest POST /v2/live_meetings/5551234321/guests -d '{"display_name": "Late", "passcode": "'$PASSCODE'"}'

# Another day they meet in the same room. The last answer is what she sends them.
MEETING=$(ada POST /v2/users/me/meetings -d '{"topic": "Engines", "type": 2, "start_time": "2030-01-15T10:00:00Z",
  "settings": {"use_pmi": true}}' | sed 's/.*"id":\([0-9]*\),.*/\1/')
ada GET /v2/meetings/$MEETING
ada GET /v2/meetings/$MEETING/invitation

# She ends it. The room stays hers, and idle.
ada PUT /v2/meetings/5551234321/status -d '{"action": "end"}'
ada GET /v2/live_meetings/5551234321
