// Command use-zoom-lib-golang is a module of its own, so that the product does not depend on a client of Zoom's API.
module use-zoom-lib-golang

go 1.26

require github.com/himalayan-institute/zoom-lib-golang v1.0.0

require (
	github.com/google/go-querystring v1.0.0 // indirect
	gopkg.in/dgrijalva/jwt-go.v3 v3.2.0 // indirect
)
