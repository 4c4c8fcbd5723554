package main

import (
	"context"

	"personal-rooms/shared/account"
	"personal-rooms/shared/api"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/secret"
)

// A handler answers for the use cases of an account's admins.
type handler struct {
	endpoints   endpoints
	automations automations
}

// The use cases that the handler calls; *account.Endpoints and *account.Automations have them.
type (
	endpoints interface {
		Ready() error
		EventNames() []string
		Private() bool
		List(ctx context.Context, c meeting.Caller) ([]account.Endpoint, error)
		Create(ctx context.Context, c meeting.Caller, d account.Draft) (account.Endpoint, secret.Text, error)
		Get(ctx context.Context, c meeting.Caller, id string) (account.Endpoint, error)
		Delete(ctx context.Context, c meeting.Caller, id string) error
		Activate(ctx context.Context, c meeting.Caller, id string) error
		Test(ctx context.Context, c meeting.Caller, id string) (account.TestDelivery, error)
	}
	automations interface {
		Policy(ctx context.Context, c meeting.Caller) (account.Policy, error)
		Grant(ctx context.Context, c meeting.Caller, grants []account.Grant) error
	}
)

func routes(e endpoints, a automations) []api.Route {
	h := handler{e, a}
	const reads, writes = account.AdminReadsWebhooks, account.AdminWritesWebhooks
	return []api.Route{
		{Method: "GET", Path: "/v2/webhooks", Scope: reads, Handle: h.listWebhooks},
		{Method: "POST", Path: "/v2/webhooks", Scope: writes, Handle: h.createWebhook},
		{Method: "GET", Path: "/v2/webhooks/{webhookId}", Scope: reads, Handle: h.getWebhook},
		{Method: "DELETE", Path: "/v2/webhooks/{webhookId}", Scope: writes, Handle: h.deleteWebhook},
		{Method: "POST", Path: "/v2/webhooks/{webhookId}/activate", Scope: writes, Handle: h.activateWebhook},
		{Method: "POST", Path: "/v2/webhooks/{webhookId}/test", Scope: writes, Handle: h.testWebhook},
		{Method: "GET", Path: "/v2/automation", Scope: account.AdminReadsAutomations, Handle: h.getAutomation},
		{Method: "PUT", Path: "/v2/automation", Scope: account.AdminWritesAutomations, Handle: h.putAutomation},
	}
}
