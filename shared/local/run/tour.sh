# A five-minute tour. Paste it piece by piece into another terminal.

ROOMS=http://127.0.0.1:3000
token() { curl -s -u "$1:any" -d grant_type=client_credentials $ROOMS/oauth/token | sed 's/.*"access_token":"\([^"]*\)".*/\1/'; }
field() { sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p"; }
as() { who=$1 method=$2 path=$3; shift 3; curl -s -X "$method" -H "Authorization: Bearer $who" -H 'Content-Type: application/json' "$ROOMS$path" "$@"; echo; }

# Ada and Grace sign in. Here any name will do.
ADA=$(token ada)
GRACE=$(token grace)

# Ada has a profile and a personal room from the first sight of her. She picks a number that people can remember,
# and wants every instant meeting there.
as $ADA GET /v2/users/me
as $ADA PATCH /v2/users/me -d '{"pmi": 5551112234, "use_pmi": true}'
as $ADA GET /v2/users/me/personal_meeting_room

# One tap: the room is open and she sits in it. Starting with a generated number is refused now, and says why.
as $ADA POST /v2/users/me/instant_meetings -d '{"use_pmi": false}'
as $ADA POST /v2/users/me/instant_meetings -d '{}'

# A guest without an account needs the passcode, and then waits at the door.
PASSCODE=$(as $ADA GET /v2/users/me/personal_meeting_room | field passcode)
curl -s -H 'Content-Type: application/json' $ROOMS/v2/live_meetings/5551112234/guests -d '{"display_name": "Charles", "passcode": "wrong"}'
curl -s -H 'Content-Type: application/json' $ROOMS/v2/live_meetings/5551112234/guests -d "{\"display_name\": \"Charles\", \"passcode\": \"$PASSCODE\"}"

# So does Grace. Ada sees them both and lets everyone in.
as $GRACE POST /v2/live_meetings/5551112234/participants -d "{\"display_name\": \"Grace\", \"passcode\": \"$PASSCODE\"}"
as $ADA GET /v2/live_meetings/5551112234/participants
as $ADA PUT /v2/live_meetings/5551112234/participants/status -d '{"action": "admit"}'

# The meeting is complete: she locks the door. Whoever comes now is told so.
as $ADA PATCH /v2/live_meetings/5551112234 -d '{"locked": true}'
curl -s -H 'Content-Type: application/json' $ROOMS/v2/live_meetings/5551112234/guests -d "{\"display_name\": \"Late\", \"passcode\": \"$PASSCODE\"}"

# She ends it. The room stays hers, and idle.
as $ADA PUT /v2/meetings/5551112234/status -d '{"action": "end"}'
as $ADA GET /v2/live_meetings/5551112234
