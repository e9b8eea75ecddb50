using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using EosMLNet.Tests;

namespace Benchmarks.Speed;

/// <summary>
/// ML.NET's <c>Transform</c> with images from files, held against the bare loop over the same questions in the same batches, whose images are decoded already. Measured by a program of its own (tests/TransformBenchmark).
/// </summary>
internal static class TransformSpeed
{
    /// <summary>Asks the shipped model about drawn images both ways in turns.</summary>
    /// <param name="rounds">How often both are timed, after one round that does not count.</param>
    /// <param name="images">How many images, each with its questions.</param>
    /// <param name="meanTokens">Mean visual tokens; null for the unreduced model. The fewer, the faster the model, and the more everything else weighs.</param>
    /// <returns>Of each round, the seconds of the bare loop divided by the seconds of <c>Transform</c>.</returns>
    /// <exception cref="InvalidOperationException">The program failed, for example because the two ways answered differently.</exception>
    internal static IReadOnlyList<double> Measure(int rounds, int images = 40, double? meanTokens = null)
    {
        string[] figures = [$"{rounds}", $"{images}", .. meanTokens is { } mean ? new[] { mean.ToString(CultureInfo.InvariantCulture) } : []];
        return JsonSerializer.Deserialize<double[]>(Run(figures))!;
    }

    /// <summary>What the program prints.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    internal static string Run(IReadOnlyList<string> figures)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [ProgramPath(), .. figures]) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"TransformBenchmark failed with exit code {process.ExitCode}.");
    }

    // Built along with this program, into the same place below its own project: bin/Release/net10.0.
    private static string ProgramPath()
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        return Repository.At("tests", "TransformBenchmark", "bin", output.Parent!.Name, output.Name, "TransformBenchmark.dll");
    }
}
