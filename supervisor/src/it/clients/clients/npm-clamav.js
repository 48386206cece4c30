ask() { node "$it/scan.js" "$client" "$@"; }
