# Completion of eos in fish. In ~/.config/fish/config.fish: eos completion fish | source
function __eos_complete
    # Without the word that is being written, all that may stand in its place is offered; fish chooses.
    set -l line (string join -- ' ' (commandline -opc) '' | string collect)
    set -l found (eos "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null)
    string match -v -- '' $found
    # Where a preset may stand, a file may; and where nothing is offered.
    if not string match -qr -- '.' $found; or string match -qr -- ':$' $found
        __fish_complete_path (commandline -ct)
    end
end
complete -c eos -f -a '(__eos_complete)'
