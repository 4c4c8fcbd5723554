#!/bin/sh
# Runs `go build -v` with these arguments and says what it does: on a terminal on one line that is updated in place, elsewhere on one
# line in all. What the compiler has to say is shown in full.
clear='' end='\n'
if [ -t 1 ] && [ "${TERM-}" != dumb ]; then
	clear='\r\033[K' end=''
fi
# say replaces the line, and cuts what does not fit on it.
say() { printf "$clear"'%.79s'"$end" "$1"; }

say 'building (the first time takes a minute)'
{ go build -v "$@" 2>&1; echo "build.sh: $?"; } | {
	status=1
	while IFS= read -r line; do
		case $line in
		'build.sh: '*) status=${line#build.sh: } ;;
		'go: downloading '*) [ -z "$clear" ] || say "$line" ;;
		*[!A-Za-z0-9._~/-]*) printf "$clear"'%s\n' "$line" >&2 ;; # not the name of a package
		*) [ -z "$clear" ] || say "building $line" ;;
		esac
	done
	printf "$clear"
	exit "$status"
}
