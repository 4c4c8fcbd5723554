package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"personal-rooms/shared/boot"
	"personal-rooms/shared/media"
	"personal-rooms/shared/secret"
	"personal-rooms/shared/web"
)

func TestAServerWithLiveKitNeedsTheLibraryOfItsPages(t *testing.T) {
	liveKit := boot.Settings{Media: media.Server{Provider: media.LiveKit}}
	jitsi := boot.Settings{Media: media.Server{Provider: media.Jitsi}}
	for _, s := range []boot.Settings{{}, jitsi} {
		if err := check(s, false); err != nil {
			t.Errorf("%+v: %v", s.Media, err)
		}
	}
	ownPages := liveKit
	ownPages.ClientURL = "https://app.example.com" // hosts use our page all the same
	if check(liveKit, true) != nil || check(liveKit, false) == nil || check(ownPages, false) == nil {
		t.Error("the library is not needed, or not found")
	}
}

func TestThePagesGetTheSettingsOfTheServer(t *testing.T) {
	settings := boot.Settings{
		Issuer:    "https://issuer.example.com",
		SignIn:    boot.SignIn{Client: "pages", Token: "id_token", Origin: "https://login.example.com"},
		Media:     media.Server{Provider: media.Jitsi, URL: "https://media.example.com", Key: "secret-free"},
		HintsURL:  "wss://hints.example.com",
		MediaNote: "Call +1 555 0100.", DoorbellKey: secret.Ref{Given: "x"}, MailFrom: "rooms@example.com",
	}
	want := web.Config{
		SignIn: web.SignIn{
			Issuer: "https://issuer.example.com", ClientID: "pages", Token: "id_token", Origin: "https://login.example.com",
		},
		Media: "https://media.example.com", InFrame: true, Hints: "wss://hints.example.com", Note: "Call +1 555 0100.",
		Doorbell: true, Mails: true,
	}
	if d := cmp.Diff(want, configOf(settings)); d != "" {
		t.Error(d)
	}
	settings.SignIn.Client = ""
	if d := cmp.Diff(web.SignIn{}, configOf(settings).SignIn); d != "" {
		t.Error(d)
	}
}
