namespace EosMLNet.Build.Tests.Integration;

/// <summary>What one run of <c>dotnet</c> returned and wrote.</summary>
internal sealed record BuildRun(int ExitCode, string Output)
{
    internal BuildRun Succeeds()
    {
        Assert.True(ExitCode == 0, Output);
        Assert.DoesNotContain("warning", Output.Replace("0 Warning(s)", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);
        return this;
    }

    /// <summary>The build failed with this diagnostic, in MSBuild's canonical form.</summary>
    internal BuildRun FailsWith(string code)
    {
        Assert.True(ExitCode != 0, Output);
        Assert.True(Output.Contains($" : error {code}: ", StringComparison.Ordinal) || Output.Contains($"): error {code}: ", StringComparison.Ordinal), Output);
        return this;
    }
}
