using System.Diagnostics;
using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Data;

// torch's live-tensor counts are process-wide: tests of one assembly run one after another.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace EosMLNet.Tests;

/// <summary>
/// What a user's program does with a saved model, in a process of its own: it knows ML.NET, and nothing of EosMLNet but the package reference.
/// Prints the answers as a JSON list, or the exceptions.
/// </summary>
internal static class FreshProcess
{
    internal static IReadOnlyList<string> Answers(string zip, string tsv, string imageFolder)
    {
        var (exitCode, output) = Run([zip, tsv, imageFolder]);
        Assert.True(exitCode == 0, output);
        return JsonSerializer.Deserialize<string[]>(output)!;
    }

    internal static (int ExitCode, string Output) Run(string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["exec", typeof(FreshProcess).Assembly.Location, .. arguments]) { RedirectStandardOutput = true };
        start.Environment["OMP_NUM_THREADS"] = "1";
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }

    private static int Main(string[] arguments)
    {
        try
        {
            if (Runtime.FirstCallTests.Run(arguments))
                return 0;
            var ml = new MLContext();
            var model = ml.Model.Load(arguments[0], out _);
            var data = ml.Data.LoadFromTextFile<VqaRow>(arguments[1], hasHeader: true);
            Console.WriteLine(JsonSerializer.Serialize(model.Transform(data).GetColumn<string>("PredictedAnswer")));
            if (arguments.Contains("--dispose"))
                (model as IDisposable)?.Dispose();
            return 0;
        }
        catch (Exception e)
        {
            Console.WriteLine(e);
            return 1;
        }
    }
}
