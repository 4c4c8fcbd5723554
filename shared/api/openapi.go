package api

import _ "embed"

// OpenAPI describes all routes of the API, for people and for generators of clients.
//
//go:embed openapi.yaml
var OpenAPI string
