// The web function answers with the pages for people and their files, and answers requests that no route has. It reads
// no storage.
package main

import (
	"errors"

	"personal-rooms/shared/api"
	"personal-rooms/shared/boot"
	"personal-rooms/shared/media"
	"personal-rooms/shared/web"
)

func main() {
	f := boot.Start()
	site := web.New(configOf(f.Settings))
	boot.Must(site, check(f.Settings, site.Asset(web.CallLibrary) != nil))
	api.Serve(f, nil, nil, routes(site, f.ClientURL)...)
}

// check refuses to start if the pages cannot do what the operator configured. With a client of one's own (CLIENT_URL),
// hosts still use the page /host.
func check(s boot.Settings, hasLibrary bool) error {
	if s.Media.Provider == media.LiveKit && !hasLibrary {
		return errors.New("MEDIA is livekit, and this build lacks " + web.CallLibrary + ", which its pages need: " +
			"run `make libraries` and build again")
	}
	return nil
}

// configOf returns what the pages need to know of the server's settings.
func configOf(s boot.Settings) web.Config {
	c := web.Config{Media: s.Media.URL, InFrame: s.Media.Provider == media.Jitsi, Hints: s.HintsURL, Note: s.MediaNote,
		Doorbell: !s.DoorbellKey.None(), Mails: s.MailFrom != ""}
	if s.SignIn.Client != "" {
		c.SignIn = web.SignIn{
			Issuer: s.Issuer, ClientID: s.SignIn.Client, Token: s.SignIn.Token, Origin: s.SignIn.Origin,
		}
	}
	return c
}
