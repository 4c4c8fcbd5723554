setopt interactive_comments 2>/dev/null   # for zsh
ROOMS=http://127.0.0.1:3000

# Ada and Grace sign in. On this machine any name has an account. Each of them is now a command, and so is a guest without an account.
token() { curl -s -u "$1:any" -d grant_type=client_credentials $ROOMS/oauth/token | sed 's/.*"access_token":"\([^"]*\)".*/\1/'; }
ADA=$(token ada) GRACE=$(token grace)
guest() { method=$1 to=$2; shift 2; curl -s -w '  [%{http_code}]\n' -X $method -H 'Content-Type: application/json' $ROOMS$to "$@"; }
ada() { guest "$@" -H "Authorization: Bearer $ADA"; }
grace() { guest "$@" -H "Authorization: Bearer $GRACE"; }

# Her first request creates Ada's profile and personal room. She chooses a number that people can remember,
# uses it for every instant meeting, and makes guests wait until she admits them.
ada GET /v2/users/me
ada PATCH /v2/users/me -d '{"pmi": 5551234321, "use_pmi": true}'
ada PATCH /v2/users/me/personal_meeting_room -d '{"waiting_room": "guests"}'
ada GET /v2/users/me/personal_meeting_room

# An instant meeting with a generated number is refused now, and the answer says why. With her own number, the meeting starts.
ada POST /v2/users/me/instant_meetings -d '{"use_pmi": false}'
ada POST /v2/users/me/instant_meetings -d '{}'

# A wrong passcode gets the answer for a number that does not exist. Grace is signed in, so the passcode admits her. Charles, a guest, waits.
PASSCODE=$(ada GET /v2/users/me/personal_meeting_room | sed 's/.*"passcode":"\([^"]*\)".*/\1/')
guest POST /v2/live_meetings/5551234321/guests -d '{"display_name": "Mallory", "passcode": "guess"}'
grace POST /v2/live_meetings/5551234321/participants -d '{"passcode": "'$PASSCODE'"}'
guest POST /v2/live_meetings/5551234321/guests -d '{"display_name": "Charles", "passcode": "'$PASSCODE'"}'

# Ada reads the roster, with everybody who is in or waits, and admits all who wait.
ada GET /v2/live_meetings/5551234321/participants
ada PUT /v2/live_meetings/5551234321/participants/status -d '{"action": "admit"}'

# She locks the meeting. A new join is refused as locked.
ada PATCH /v2/live_meetings/5551234321 -d '{"locked": true}'
guest POST /v2/live_meetings/5551234321/guests -d '{"display_name": "Late", "passcode": "'$PASSCODE'"}'

# She schedules another meeting in the same room. The last answer is the invitation for her guests.
MEETING=$(ada POST /v2/users/me/meetings -d '{"topic": "Engines", "type": 2, "start_time": "2030-01-15T10:00:00Z",
  "settings": {"use_pmi": true}}' | sed 's/.*"id":\([0-9]*\),.*/\1/')
ada GET /v2/meetings/$MEETING
ada GET /v2/meetings/$MEETING/invitation

# She ends the meeting. The room stays hers, and is idle.
ada PUT /v2/meetings/5551234321/status -d '{"action": "end"}'
ada GET /v2/live_meetings/5551234321
