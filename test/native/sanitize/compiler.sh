#!/bin/sh
# g++ with the sanitizers in $SANITIZERS, and with the symbols that the addon's build would strip.
for argument; do
  shift
  [ "$argument" = -s ] || set -- "$@" "$argument"
done
exec g++ "$@" -O1 -g -fno-omit-frame-pointer -fno-sanitize-recover=all "-fsanitize=$SANITIZERS"
