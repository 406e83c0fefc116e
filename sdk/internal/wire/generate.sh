#!/bin/sh
# Writes wirepb from genhost.proto. Needs protoc 3.21 or later; its plugins are
# tools of go.mod. Another folder to write to may be given.
set -eu
cd "$(dirname "$0")"
out=${1:-wirepb}
protoc \
	--plugin=protoc-gen-go="$(go tool -n protoc-gen-go)" \
	--plugin=protoc-gen-go-grpc="$(go tool -n protoc-gen-go-grpc)" \
	--go_out="$out" --go_opt=paths=source_relative \
	--go-grpc_out="$out" --go-grpc_opt=paths=source_relative \
	genhost.proto
