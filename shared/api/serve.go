package api

import (
	"github.com/aws/aws-lambda-go/lambda"

	"personal-rooms/shared/boot"
)

// Serve runs the routes as a Lambda function. It does not return.
func Serve(f *boot.Function, routes ...Route) {
	a := New(Options{
		Logger: f.Log, Keys: boot.Must(ParseKeySet(f.KeySet)), Issuer: f.Issuer, Audience: f.Audience,
		PublicURL: f.PublicURL, Proxy: boot.Must(ParseProxy(f.ProxySecretSHA256, f.ProxyHeader)),
	}, routes...)
	lambda.Start(a.Handle)
}
