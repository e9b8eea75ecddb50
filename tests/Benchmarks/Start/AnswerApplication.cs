using System.Diagnostics;
using System.Globalization;
using Benchmarks.Report;
using EosMLNet.Evaluation;
using EosMLNet.Tests;

namespace Benchmarks.Start;

/// <summary>A small application that answers from a saved model (tests/AnswerPeer), published for this kind of system.</summary>
internal sealed class AnswerApplication
{
    private readonly string folder, program;
    private readonly List<StartTimes> times = [];

    /// <summary>Publishes it.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="engine">What answers in it: Onnx or Torch.</param>
    /// <param name="folder">Where to; a folder of its own is made there.</param>
    /// <param name="settings">Settings of the publishing.</param>
    internal AnswerApplication(string name, string engine, string folder, params string[] settings)
    {
        (Name, this.folder) = (name, Path.Combine(folder, $"{engine}-{settings.Length}"));
        program = Path.Combine(this.folder, $"AnswerPeer.{engine}.dll");
        Run(["publish", Repository.At("tests", "AnswerPeer", engine), "-c", "Release", "-r", "linux-x64", "--self-contained", "false", "-v:q", "-nologo", "-o", this.folder, .. settings]);
    }

    /// <summary>What it is called.</summary>
    internal string Name { get; }

    /// <summary>From start to answer, of each start that counts.</summary>
    internal IReadOnlyList<double> Times => [.. times.Select(time => time.Whole)];

    /// <summary>Its files.</summary>
    internal IReadOnlyList<FileInfo> Files => new DirectoryInfo(folder).GetFiles("*", SearchOption.AllDirectories);

    /// <summary>Saves a model.</summary>
    internal void Save(string checkpoint, string plan, string target) => Run(program, "save", checkpoint, plan, target);

    /// <summary>Starts it and waits for its answer, which it returns.</summary>
    /// <param name="counts">Whether the times are kept.</param>
    /// <param name="arguments">The saved model, the image and the question.</param>
    internal string Ask(bool counts, params string[] arguments)
    {
        var start = Stopwatch.GetTimestamp();
        using var process = Started([program, .. arguments]);
        var answer = process.StandardOutput.ReadLine();
        var whole = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        var parts = process.StandardOutput.ReadLine()?.Split(' ');
        process.WaitForExit();
        if (answer is null || parts is not [var load, var first])
            throw new InvalidOperationException($"{program} has not answered; what it wrote stands above.");
        if (counts)
            times.Add(new(whole, double.Parse(load, CultureInfo.InvariantCulture), double.Parse(first, CultureInfo.InvariantCulture)));
        return answer;
    }

    /// <summary>What was measured.</summary>
    /// <param name="other">What it is held against, started in the same rounds.</param>
    internal StartRow ToRow(AnswerApplication other)
    {
        return new(Name, Math.Round(Files.Sum(file => file.Length) / 1e6, 1), Files.Count, Median(time => time.Whole), Median(time => time.Begin), Median(time => time.Load), Median(time => time.Answer),
            PairedRatio.Of([.. other.Times.Zip(Times, (theirs, ours) => theirs / ours)]));

        double Median(Func<StartTimes, double> part) => Math.Round(Statistics.Median([.. times.Select(part)]), 1);
    }

    private static void Run(params string[] arguments)
    {
        using var process = Started(arguments);
        var written = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"dotnet {string.Join(' ', arguments)} failed with exit code {process.ExitCode}.\n{written}");
    }

    private static Process Started(string[] arguments) => Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true })!;
}
