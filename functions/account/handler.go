package main

import (
	"slices"

	"personal-rooms/shared/account"
	"personal-rooms/shared/api"
	"personal-rooms/shared/meeting"
)

// A handler decodes requests for the use cases of an account's admins, and for devices, and encodes their answers.
type handler struct {
	endpoints   *account.Endpoints
	automations *account.Automations
	audit       *meeting.AuditTrail
	apps        appHandler
	rules       *account.Rules
	devices     deviceHandler
}

func routes(h handler) []api.Route {
	const reads, writes = account.AdminReadsWebhooks, account.AdminWritesWebhooks
	return append(slices.Concat(h.apps.routes(), h.devices.routes()), []api.Route{
		{Method: "GET", Path: "/v2/webhooks", Scope: reads, Handle: h.listWebhooks},
		{Method: "POST", Path: "/v2/webhooks", Scope: writes, Handle: h.createWebhook},
		{Method: "GET", Path: "/v2/webhooks/{webhookId}", Scope: reads, Handle: h.getWebhook},
		{Method: "DELETE", Path: "/v2/webhooks/{webhookId}", Scope: writes, Handle: h.deleteWebhook},
		{Method: "POST", Path: "/v2/webhooks/{webhookId}/activate", Scope: writes, Handle: h.activateWebhook},
		{Method: "POST", Path: "/v2/webhooks/{webhookId}/test", Scope: writes, Handle: h.testWebhook},
		{Method: "GET", Path: "/v2/automation", Scope: account.AdminReadsAutomations, Handle: h.getAutomation},
		{Method: "PUT", Path: "/v2/automation", Scope: account.AdminWritesAutomations, Handle: h.putAutomation},
		{Method: "GET", Path: "/v2/accounts/{accountId}/settings", Scope: account.AdminReadsAccount, Handle: h.getAccountSettings},
		{Method: "PATCH", Path: "/v2/accounts/{accountId}/settings", Scope: account.AdminWritesAccount, Handle: h.patchAccountSettings},
		{Method: "GET", Path: "/v2/accounts/{accountId}/lock_settings", Scope: account.AdminReadsAccount, Handle: h.getLockSettings},
		{Method: "PATCH", Path: "/v2/accounts/{accountId}/lock_settings", Scope: account.AdminWritesAccount, Handle: h.patchLockSettings},
		{Method: "GET", Path: "/v2/accounts/{accountId}/quarantine", Scope: account.AdminReadsAccount, Handle: h.getQuarantine},
		{Method: "PUT", Path: "/v2/accounts/{accountId}/quarantine", Scope: account.AdminWritesAccount, Handle: h.putQuarantine},
		{Method: "GET", Path: "/v2/report/operationlogs", Scope: meeting.AdminReadsReports, Handle: h.listOperations},
	}...)
}
