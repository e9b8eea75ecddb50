using System.Globalization;
using System.Text;

namespace Benchmarks.Start;

/// <summary>Writes <c>start.md</c>.</summary>
internal static class StartPage
{
    internal static string Write(StartDocument document)
    {
        var page = new StringBuilder(FormattableString.Invariant($"""
            # From start to the first answer

            Written by `dotnet run --project tests/Benchmarks -c Release -- start`; the numbers are in `start.json` beside this page. A small application (`tests/AnswerPeer`) loads scenes-llava from a zip that ML.NET saved, with a plan of 48 of
            144 visual tokens, answers one question about one image file, and prints the answer. It was published from one source (linux-x64, framework-dependent): with `EosMLNet.Answering` and `Microsoft.ML.OnnxRuntime`, and
            with `EosMLNet` and `libtorch-cpu-linux-x64`; each of them as it is, and with `PublishReadyToRun`. Those with ONNX Runtime have no file of libtorch. All were started {document.Rounds} times in turns, a process each time, with files in the page
            cache. Times are medians. "Times as fast" is the time with libtorch over this one, both published in the same way: the median over the rounds, with its 95% interval.

            | application | published files | size | process start to answer | until the program begins | loading the model | answering | times as fast |
            |---|---:|---:|---:|---:|---:|---:|---|

            """).ReplaceLineEndings("\n"));
        foreach (var (i, row) in document.Applications.Index())
        {
            var ratio = i % 2 == 1 ? "" : FormattableString.Invariant($"**{row.Ratio.Median:0.00}** ({row.Ratio.Low:0.00} to {row.Ratio.High:0.00})");
            page.Append(CultureInfo.InvariantCulture, $"| {row.Application} | {row.Files} | {row.Megabytes:0.0} MB | {row.FirstAnswer:0} ms | {row.Begin:0} ms | {row.Load:0} ms | {row.Answer:0} ms | {ratio} |\n");
        }
        return page.Append(CultureInfo.InvariantCulture, $"\nMachine: {document.Hardware}.\n").ToString();
    }
}
