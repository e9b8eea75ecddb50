using System.Diagnostics;
using EosMLNet;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace TransformBenchmark;

/// <summary>One answer of one token through ML.NET, from a folder on the disk: how long it takes, and how much memory.</summary>
/// <param name="Seconds">From making the pipeline to the answer.</param>
/// <param name="Peak">The largest working set of the process, in bytes.</param>
internal sealed record FirstToken(double Seconds, long Peak)
{
    /// <summary>Asks the first question of a table.</summary>
    /// <param name="folder">The checkpoint.</param>
    /// <param name="table">Tab-separated, with a header: the image's path, below the folder images beside it, and the question.</param>
    /// <param name="plan">A plan's file; null for the unreduced model.</param>
    internal static FirstToken Measure(string folder, string table, string? plan)
    {
        var start = Stopwatch.GetTimestamp();
        var ml = new MLContext(seed: 1);
        TextLoader.Column[] columns = [new("ImagePath", DataKind.String, 0), new("Question", DataKind.String, 1)];
        var rows = ml.Data.TakeRows(ml.Data.LoadFromTextFile(table, columns, hasHeader: true), 1);
        using var transformer = ml.Transforms.LoadImages("Image", Path.Combine(Path.GetDirectoryName(table)!, "images"), "ImagePath")
            .Append(ml.VisionLanguage().Answer(new AnswerOptions { ModelPath = folder, PlanPath = plan, MaxNewTokens = 1 })).Fit(rows);
        _ = transformer.Transform(rows).GetColumn<string>("PredictedAnswer").First();
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        using var process = Process.GetCurrentProcess();
        return new FirstToken(seconds, process.PeakWorkingSet64);
    }
}
