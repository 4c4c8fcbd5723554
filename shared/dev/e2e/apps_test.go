package e2e

import (
	"encoding/base64"
	"os"
	"testing"

	"personal-rooms/shared/dev/testkit"
)

// A program without a person: an admin registers it, and it gets a token, plans a meeting, and ends with its
// registration.
func TestAServerToServerApp(t *testing.T) {
	needs(t, appsAPI)
	admin := signUp(t, "Ada").administrator()
	made := admin.do("POST", "/v2/apps", fields{"name": "Indico", "scopes": []string{"meeting:write", "user:read"}}).Want(t, 201)
	credentials := made.Text(t, "client_id") + ":" + made.Text(t, "client_secret")
	app := person{t: t, name: "Indico", at: os.Getenv("APPS_URL")}
	basic := app.with("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(credentials)))
	grant := "/oauth/token?grant_type=account_credentials&account_id=" + made.Text(t, "account_id")
	token := basic.do("POST", grant, nil).Want(t, 200)
	app.token, app.at = token.Text(t, "access_token"), token.Text(t, "api_url")

	testkit.Equal(t, "the user", app.get(me).Text(t, "id"), admin.id)
	_, number := app.plan(fields{"topic": "Analytical engines"})
	admin.get("/v2/meetings/" + number)
	app.do("GET", "/v2/apps", nil).Refused(t, 403, 4700, "scope")
	admin.do("DELETE", "/v2/apps/"+made.Text(t, "id"), nil).Want(t, 204)
	app.do("GET", me, nil).Refused(t, 401, 124, "token")
	basic.do("POST", grant, nil).Want(t, 401)
}
