# Completion of eos in bash. In ~/.bashrc: eval "$(eos completion bash)"
_eos_complete() {
  local IFS=$'\n' word=${COMP_WORDS[COMP_CWORD]} line found file
  line=${COMP_LINE:0:COMP_POINT} COMPREPLY=()
  if [[ "$line" == *:"$word" ]]; then # a preset's budget, a device's number
    compopt +o default
    return
  fi
  # Without the word that is being written, all that may stand in its place is offered; compgen chooses.
  line=eos${line:${#1}:COMP_POINT-${#1}-${#word}}
  found=$("$1" "[suggest:${#line}]" "$line" 2>/dev/null)
  COMPREPLY=($(compgen -W "$found" -- "$word"))
  # Where a preset may stand, a file may. Where nothing is offered, bash offers files by itself.
  if [[ "$found" =~ :($'\n'|$) ]]; then
    for file in $(compgen -f -- "$word"); do
      [[ ! -d "$file" ]] || file+=/
      COMPREPLY+=("$(printf %q "$file")")
    done
  fi
  [[ "${COMPREPLY[0]-}" != *[:/] ]] || compopt -o nospace
}
complete -o default -F _eos_complete eos
