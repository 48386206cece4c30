
# Completes guests, tenants and policy keys, which picocli does not know; picocli's function completes the rest.
_clamd_vproxy_keys="@keys@ class comment deny dryRun tenant"

# _clamd_vproxy_first_column COMMAND: of the running daemon's answer, without its heading
_clamd_vproxy_first_column() {
  clamd-vproxy "$1" 2>/dev/null | awk -F '  +' 'NR > 1 { print $1 }'
}

# _clamd_vproxy_offer WORDS: offers those, one a line, that begin with the current word
_clamd_vproxy_offer() {
  local word
  COMPREPLY=()
  # read, not a loop over words: a name may look like a pattern of files
  while IFS= read -r word; do
    [[ -z $word || $word != "$cur"* ]] || COMPREPLY+=("$(printf '%q' "$word")")
  done <<< "$1"
}

_clamd_vproxy() {
  local cur=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} word words=()
  # bash treats the = of --option=value as a word of its own
  if [[ $cur == = ]]; then cur=; else [[ $previous != = ]] || previous=${COMP_WORDS[COMP_CWORD-2]}; fi
  case $previous in
    --guest) _clamd_vproxy_offer "$(_clamd_vproxy_first_column guests)"; return ;;
    --tenant) _clamd_vproxy_offer "$(_clamd_vproxy_first_column tenants)"; return ;;
  esac
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ $word == -* ]] || words+=("$word")
  done
  if [[ $cur != -* ]]; then
    case "${words[*]}" in
      guest | pause | drain | resume | 'policy explain' | 'policy set' | 'policy unset')
        _clamd_vproxy_offer "$(_clamd_vproxy_first_column guests)"
        return
        ;;
      tenant) _clamd_vproxy_offer "$(_clamd_vproxy_first_column tenants)"; return ;;
      'policy set '*)
        compopt -o nospace 2>/dev/null
        _clamd_vproxy_offer "$(printf '%s=\n' $_clamd_vproxy_keys)"
        return
        ;;
      'policy unset '*) _clamd_vproxy_offer "$(printf '%s\n' $_clamd_vproxy_keys)"; return ;;
    esac
  fi
  _complete_clamd-vproxy
}
complete -F _clamd_vproxy -o default clamd-vproxy
