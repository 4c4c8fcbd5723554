package api

import (
	"cmp"
	"context"
	"errors"
	"strconv"

	"personal-rooms/shared/account"
	"personal-rooms/shared/doorbell"
	"personal-rooms/shared/meeting"
)

// The reasons of the edge itself, beside those of packages meeting and account.
const (
	BadToken   meeting.Reason = "token"       // no token, or an invalid one
	Bypassed   meeting.Reason = "bypassed"    // the request did not come through the proxy in front of the API
	NoRoute    meeting.Reason = "no_route"    // no such path, or not with this method
	NotOffered meeting.Reason = "not_offered" // a feature of Zoom that we do not have
	TooLarge   meeting.Reason = "too_large"   // the body has more than MaxBody bytes
	NotJSON    meeting.Reason = "not_json"    // an open route is sent something else than JSON
	TimedOut   meeting.Reason = "timed_out"   // the time limit was reached: the request may or may not have had an effect
	Internal   meeting.Reason = "internal"    // an error of ours, which only the log shows

	NoScope = account.NoScope
)

// Nothing refuses a request to an address that does not exist.
func Nothing() error { return meeting.Refuse(NoRoute, "There is nothing at this address.") }

// An outcome holds what the edge adds to a reason.
type outcome struct {
	status int
	code   int // Zoom's code if Zoom has one; else ours, from 4100 to 4199
	retry  int // seconds for Retry-After, if the refusal names none
}

// outcomes has one row for each reason. sign_in_required is 403 and not 401, because a client takes 401 to mean that
// its token is bad.
var outcomes = map[meeting.Reason]outcome{
	meeting.Invalid:        {400, 300, 0},
	meeting.NumberRule:     {400, 300, 0},
	TooLarge:               {413, 300, 0},
	NotJSON:                {415, 300, 0},
	BadToken:               {401, 124, 0},
	NoScope:                {403, 4700, 0},
	Bypassed:               {403, 4122, 0},
	NoRoute:                {404, 2300, 0},
	NotOffered:             {400, 200, 0},
	meeting.NoUser:         {404, 1001, 0},
	meeting.UserExists:     {409, 1005, 0},
	meeting.UserPending:    {409, 4150, 0},
	meeting.UserInactive:   {403, 4151, 0},
	meeting.NoMeeting:      {404, 3001, 0},
	meeting.DeletePMI:      {400, 3018, 0},
	meeting.TooManyGuesses: {429, 429, 60},
	meeting.TooManyWaiting: {429, 4120, 60},
	meeting.TooManyChanges: {429, 4129, 3600},
	meeting.WrongHostKey:   {403, 4121, 0},
	Internal:               {500, 500, 0},
	TimedOut:               {503, 503, 1},

	meeting.LinkTaken:      {409, 4100, 0},
	meeting.NumberTaken:    {409, 4101, 0},
	meeting.RoomLive:       {409, 4102, 0},
	meeting.PMIRequired:    {409, 4103, 0},
	meeting.RoomInUse:      {409, 4104, 0},
	meeting.RoomIdle:       {409, 4105, 0},
	meeting.HistoryFull:    {409, 4106, 0},
	meeting.IsOwner:        {409, 4107, 0},
	meeting.KeyReused:      {422, 4108, 0},
	meeting.NoSeat:         {404, 4109, 0},
	meeting.SeatMoved:      {409, 4119, 0},
	meeting.Locked:         {403, 4110, 0},
	meeting.Full:           {403, 4111, 0},
	meeting.Denied:         {403, 4112, 0},
	meeting.Removed:        {403, 4113, 0},
	meeting.Ended:          {409, 4114, 0},
	meeting.SignInRequired: {403, 4115, 0},
	meeting.WrongDomain:    {403, 4116, 0},
	meeting.Busy:           {503, 4117, 1},
	meeting.Arriving:       {503, 4118, 1},

	account.NoWebhook:           {404, 4130, 0},
	account.WebhooksOff:         {409, 4131, 0},
	account.WebhookTaken:        {409, 4132, 0},
	account.TooManyWebhooks:     {409, 4133, 0},
	account.EndpointUnreachable: {409, 4134, 0},
	account.EndpointInvalid:     {409, 4135, 0},
	account.NoAccount:           {404, 2001, 0},

	meeting.SettingLocked: {409, 4165, 0},
	meeting.AccountClosed: {403, 4164, 0},

	account.NoApp:          {404, 4160, 0},
	account.AppsOff:        {409, 4161, 0},
	account.TooManyApps:    {409, 4162, 0},
	account.AppTooMighty:   {403, 4163, 0},
	account.TooManyExports: {429, 4136, 3600},

	doorbell.Off:            {409, 4174, 0},
	doorbell.NoDevice:       {404, 4175, 0},
	doorbell.TooManyDevices: {409, 4172, 0},
	doorbell.BadTicket:      {403, 4173, 0},

	meeting.TooManyInvitations: {429, 4128, 3600},

	meeting.NoPass:        {404, 4170, 0},
	meeting.TooManyPasses: {429, 4171, 3600},
}

// refusalOf returns the refusal that err holds. It hides every other error from the caller.
func refusalOf(ctx context.Context, err error) meeting.Refusal {
	if f, ok := errors.AsType[*meeting.Refusal](err); ok && f != nil {
		if _, known := outcomes[f.Reason]; known {
			return *f
		}
	}
	if ctx.Err() != nil || errors.Is(err, context.DeadlineExceeded) {
		return meeting.Refusal{Reason: TimedOut, Message: "This took too long. Try again."}
	}
	return meeting.Refusal{Reason: Internal,
		Message: "Something went wrong. Try again; if it persists, tell the operator the request id."}
}

// A problem is the body of a refusal, in Zoom's shape.
type problem struct {
	Code    int            `json:"code"`
	Message string         `json:"message"`
	Reason  meeting.Reason `json:"reason"`
	Errors  []fieldProblem `json:"errors,omitempty"`
}

type fieldProblem struct {
	Name    string       `json:"field"`
	Message string       `json:"message"`
	Rule    meeting.Rule `json:"rule,omitempty"`
}

// refusalResponse returns the response for a refusal: equal refusals have equal bytes (I13).
func refusalResponse(f meeting.Refusal) Response {
	o := outcomes[f.Reason]
	body := problem{Code: o.code, Message: f.Message, Reason: f.Reason}
	for _, field := range f.Fields {
		body.Errors = append(body.Errors, fieldProblem(field))
	}
	response := JSON(o.status, body)
	if f.Reason == BadToken {
		response = response.With("WWW-Authenticate", "Bearer")
	}
	if retry := cmp.Or(f.Retry, o.retry); retry > 0 {
		response = response.With("Retry-After", strconv.Itoa(retry))
	}
	return response
}
