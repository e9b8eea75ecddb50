#compdef eos
# Completion of eos in zsh. In ~/.zshrc, behind compinit: eval "$(eos completion zsh)"
_eos() {
  # Without the word that is being written, all that may stand in its place is offered; compadd chooses.
  local line="eos ${(j: :)words[2,CURRENT-1]} "
  local -a found=("${(@f)$($words[1] "[suggest:${#line}]" "$line" 2>/dev/null)}")
  found=(${found:#})
  local -a presets=(${(M)found:#*:}) names=(${found:#*:})
  compadd -a names
  compadd -S '' -a presets
  # Where a preset may stand, a file may; and where nothing is offered.
  if (( ! $#found || $#presets )); then
    _files
  fi
}
compdef _eos eos
