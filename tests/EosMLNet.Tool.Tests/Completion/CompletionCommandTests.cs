using System.Diagnostics;

namespace EosMLNet.Tool.Tests.Completion;

/// <summary>The scripts, in the shells themselves, with the real program behind them.</summary>
public sealed class CompletionCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public CompletionCommandTests()
    {
        if (OperatingSystem.IsWindows())
            return;
        File.WriteAllText(folder["eos"], $"#!/bin/sh\nexec dotnet '{typeof(EosCommandLine).Assembly.Location}' \"$@\"\n");
        File.SetUnixFileMode(folder["eos"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.CreateDirectory(folder["work/fast folder"]);
        File.WriteAllText(folder["work/fast.json"], "");
        File.WriteAllText(folder["work/rows.tsv"], "");
    }

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("bash", "complete -o default")]
    [InlineData("zsh", "#compdef eos")]
    [InlineData("pwsh", "Register-ArgumentCompleter")]
    [InlineData("fish", "complete -c eos")]
    public async Task Each_shell_has_a_script(string shell, string expected)
    {
        var run = await EosRun.Of("completion", shell);
        run.MustSucceed();
        Assert.Contains(expected, run.Output);
        Assert.Contains("[suggest:", run.Output);
        Assert.DoesNotContain('\r', run.Output);
    }

    [Theory]
    [InlineData("tcsh")]
    [InlineData("")]
    public async Task Another_shell_is_refused(string shell)
    {
        var run = await EosRun.Of("completion", shell);
        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("eos : error EOS1013: ", run.Error);
    }

    [LinuxTheory]
    [InlineData("eos se", "search")]
    [InlineData("eos search --data", "--data", "--data-type")]
    [InlineData("eos search --data-type b", "bfloat16")]
    [InlineData("eos search --objective ", "Answers", "UnreducedModel")]
    [InlineData("eos search --image-padding ", "crop", "square")]
    [InlineData("eos search --scores T", "TemporalNovelty", "TextAttention", "TextRelevance")]
    [InlineData("eos export --layout g", "genai")]
    [InlineData("eos export --weights int", "int4", "int8")]
    [InlineData("eos evaluate --benchmark te", "textvqa")]
    [InlineData("eos completion ", "--help", "--json", "--verbose", "-?", "-h", "bash", "fish", "pwsh", "zsh")]
    [InlineData("eos preset p", "pool", "prumerge", "prumerge+", "pyramiddrop")]
    [InlineData("eos evaluate --plan fast", "fast.json", @"fast\ folder/", "fastv:")]
    [InlineData("eos inspect fast", "fast.json", @"fast\ folder/", "fastv:")]
    [InlineData("eos ask --model ")]
    [InlineData("eos ask --image fast")]
    [InlineData("eos evaluate --plan fastv:")]
    [InlineData("eos search --device cuda:")]
    [InlineData("eos doctor --", "--help", "--json", "--libtorch", "--verbose")]
    public async Task Bash_completes(string line, params string[] expected)
    {
        var found = await Bash(line);
        Assert.Equal(expected.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    [LinuxFact]
    public async Task Commands_are_offered_and_none_that_is_hidden()
    {
        var found = await Bash("eos ");
        Assert.Superset(new HashSet<string> { "ask", "completion", "doctor", "evaluate", "export", "forward", "inspect", "preset", "search" }, found.ToHashSet());
        Assert.DoesNotContain("build", found);
        Assert.DoesNotContain(found, name => name.StartsWith('/'));
    }

    // What Tab does: bash sets these variables and calls the function that the script has registered.
    private async Task<string[]> Bash(string line)
    {
        var words = line.Split(' ');
        words[^1] = words[^1].Split(':')[^1]; // as bash breaks words
        var script = $"""
            set -eu
            source <(eos completion bash)
            [[ "$(complete -p eos)" == *"-F _eos_complete"* ]]
            compopt() (:)
            COMP_WORDS=({string.Join(' ', words.Select(word => $"'{word}'"))})
            COMP_CWORD={words.Length - 1} COMP_LINE='{line}' COMP_POINT={line.Length}
            _eos_complete eos "${"{COMP_WORDS[COMP_CWORD]}"}" "${"{COMP_WORDS[COMP_CWORD-1]}"}" || true
            printf '%s\n' "${"{COMPREPLY[@]}"}"
            """;
        var start = new ProcessStartInfo("bash", ["--norc", "-c", script]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder["work"] };
        start.Environment["PATH"] = $"{folder.Path}:{Environment.GetEnvironmentVariable("PATH")}";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal((0, ""), (process.ExitCode, await error));
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
