package meeting

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestTimeZonesAreTheNamesOfIANA(t *testing.T) {
	for name := range zones() {
		if err := CheckTimezone(name); err != nil {
			t.Error(err)
		}
	}
	for _, name := range []string{"UTC", "Etc/UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "US/Pacific", "EST5EDT"} {
		if zone, ok := loadZone(name); !ok || zone.String() != name {
			t.Errorf("%s is %v", name, zone)
		}
	}
	for _, name := range []string{
		"", "Local", "localtime", "posixrules", "posix/Europe/Berlin", "right/Europe/Berlin", "Factory", "Mars/Olympus",
		"europe/berlin", "Europe", "Europe/", "Europe/../UTC", "/etc/localtime", "zone.tab", "tzdata.zi", "leapseconds",
	} {
		if err := CheckTimezone(name); err == nil {
			t.Errorf("%q is a time zone", name)
		}
	}
}

// The process that the test starts finds false zones where the time package looks first.
func TestTimeZonesDoNotDependOnTheComputer(t *testing.T) {
	const place = "ZONEINFO"
	if os.Getenv(place) == "" {
		child := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
		child.Env = append(os.Environ(), place+"="+falseZones(t, "Mars/Olympus", "Europe/Berlin"))
		if said, err := child.CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, said)
		}
		return
	}
	if _, err := time.LoadLocation("Mars/Olympus"); err != nil {
		t.Fatal(err)
	}
	if CheckTimezone("Mars/Olympus") == nil {
		t.Error("a zone of the computer is accepted")
	}
	if ahead := offset(nine.In(zoneOf("Europe/Berlin"))); ahead != time.Hour {
		t.Errorf("Berlin is %s ahead", ahead)
	}
}

// falseZones returns a folder in which all the names are those of Tokyo's time.
func falseZones(t *testing.T, names ...string) string {
	t.Helper()
	file, err := zones()["Asia/Tokyo"].Open()
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(file)
	folder := t.TempDir()
	for _, name := range names {
		path := filepath.Join(folder, name)
		if err == nil {
			err = os.MkdirAll(filepath.Dir(path), 0o700)
		}
		if err == nil {
			err = os.WriteFile(path, data, 0o600)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return folder
}

func TestTimeZonesAreThoseOfTheGoRelease(t *testing.T) {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(root)), "lib", "time", "zoneinfo.zip"))
	if err != nil {
		t.Fatal(err)
	}
	if zoneFiles != string(want) {
		t.Error("zoneinfo.zip is that of another Go release: run go generate ./shared/meeting")
	}
}

func TestStoredTimeZonesOfOlderVersionsAreRead(t *testing.T) {
	for name, want := range map[string]string{
		"Europe/Berlin": "Europe/Berlin", "posix/Europe/Berlin": "Europe/Berlin", "right/Europe/Berlin": "Europe/Berlin",
		"localtime": "UTC", "Mars/Olympus": "UTC", "": "UTC",
	} {
		m := plannedMeeting()
		m.Timezone = name
		if got := m.Zone().String(); got != want {
			t.Errorf("%s is read as %s", name, got)
		}
		if _, err := (Plan{Topic: new("Another"), Timezone: &name}).applyTo(m, nine); err != nil {
			t.Errorf("a meeting in %s is not changed: %v", name, err)
		}
	}
}
