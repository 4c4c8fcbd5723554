#!/bin/sh
# Runs `go build` with these arguments, and says so before, because the first time it prints nothing for a minute.
echo 'building (the first time takes a minute)'
exec go build "$@"
