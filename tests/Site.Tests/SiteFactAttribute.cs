using System.Diagnostics;

namespace Site.Tests;

/// <summary>A test of the site, where docfx can be restored.</summary>
internal class SiteFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> Obstacle = new(Restore);

    public SiteFactAttribute() => Skip = Obstacle.Value;

    private static string? Restore()
    {
        var (status, output) = Run("dotnet", ["tool", "restore"]);
        return status == 0 ? null : $"docfx cannot be restored: {output}";
    }

    /// <summary>Runs a program in the repository's root to its end.</summary>
    internal static (int Status, string Output) Run(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = Repository.At(), RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var faults = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + faults.Result);
    }
}
