namespace EosMLNet.Tool.Completion;

/// <summary>A shell whose completion of <c>eos</c> there is a script for: the file <c>eos.NAME</c> beside this one.</summary>
internal enum CompletionShell
{
    Bash,
    Zsh,
    Pwsh,
    Fish,
}
