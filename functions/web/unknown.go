package main

import (
	"context"
	"net/http"

	"personal-rooms/shared/api"
	"personal-rooms/shared/meeting"
)

// noRoute answers the requests that no other route has. API Gateway sends preflight requests of other paths here, and
// adds the headers of its CORS configuration to the answer.
func noRoute(_ context.Context, r *api.Request) (api.Response, error) {
	if r.Method() == http.MethodOptions {
		return api.NoContent(), nil
	}
	if feature := api.NotOfferedAt(r.Path()); feature != nil {
		return api.Response{}, meeting.Refuse(api.NotOffered, "This server does not offer "+feature.Name+": "+feature.Why+".")
	}
	return api.Response{}, meeting.Refuse(api.NoRoute, "There is nothing at this address.")
}
