package meeting

import (
	"archive/zip"
	_ "embed"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// zoneFiles is the time zone database of the Go release that builds this program, by IANA. time.LoadLocation would
// prefer the files of the computer that it runs on: other zones, such as localtime, and other versions.
//
//go:generate sh -c "cp \"$(go env GOROOT)/lib/time/zoneinfo.zip\" ."
//go:embed zoneinfo.zip
var zoneFiles string

// zones returns the files of zoneFiles by the names of their zones.
var zones = sync.OnceValue(func() map[string]*zip.File {
	all := map[string]*zip.File{}
	archive, err := zip.NewReader(strings.NewReader(zoneFiles), int64(len(zoneFiles)))
	if err != nil {
		panic(fmt.Sprintf("meeting: zoneinfo.zip: %v", err)) // never for the file in the repository: a test reads it
	}
	for _, file := range archive.File {
		if file.Name != "Factory" { // of a computer whose zone is not set
			all[file.Name] = file
		}
	}
	return all
})

// loaded holds the zones that were read, by name: *time.Location.
var loaded sync.Map

// loadZone returns the time zone of the IANA name; false if there is none.
func loadZone(name string) (*time.Location, bool) {
	known, _ := loaded.Load(name)
	if zone, ok := known.(*time.Location); ok {
		return zone, true
	}
	file, ok := zones()[name]
	if !ok {
		return nil, false
	}
	zone, err := readZone(name, file)
	if err != nil {
		return nil, false
	}
	loaded.Store(name, zone)
	return zone, true
}

func readZone(name string, file *zip.File) (*time.Location, error) {
	if name == time.UTC.String() {
		return time.UTC, nil
	}
	r, err := file.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	return time.LoadLocationFromTZData(name, data)
}

// storedZone returns the time zone of a stored name; UTC if it is not a zone any more. An older version may have stored
// a name of the files of its computer, which have each zone in two more folders.
func storedZone(name string) *time.Location {
	for _, folder := range []string{"", "posix/", "right/"} {
		if zone, ok := loadZone(strings.TrimPrefix(name, folder)); ok {
			return zone
		}
	}
	return time.UTC
}

// CheckTimezone returns an error unless the name is the IANA name of a time zone.
func CheckTimezone(name string) error {
	if _, ok := loadZone(name); !ok {
		return fmt.Errorf("%s is not a time zone; give an IANA name, such as Europe/Berlin", echo(name))
	}
	return nil
}
