// The web function answers join links and start links in a browser, and the requests that no route has. It reads no
// storage.
package main

import (
	"personal-rooms/shared/api"
	"personal-rooms/shared/boot"
)

func main() {
	f := boot.Start()
	api.Serve(f, nil, routes(f.ClientURL)...)
}
