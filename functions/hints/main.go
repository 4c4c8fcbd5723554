// The hints function answers the WebSocket API: it checks the ticket of a connection, and keeps which ones are open.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"personal-rooms/shared/boot"
	"personal-rooms/shared/hint"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/publish/socket"
	"personal-rooms/shared/table"
)

func main() {
	f := boot.Start()
	store, env := table.New(f.DynamoDB, f.Table), f.Env()
	connections := hint.NewConnections(store, socket.New(f.AWS, f.HintsEndpoint), env.Now)
	lambda.Start(handler{hint.NewIssuer(f.HintsURL, store, env), connections, meeting.NewDoor(store, env), f.Log}.handle)
}
