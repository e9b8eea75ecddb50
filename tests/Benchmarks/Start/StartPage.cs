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
            144 visual tokens, answers one question about one image file, and prints the answer. It was published twice from one source (linux-x64, framework-dependent, nothing else set): with `EosMLNet.Answering` and
            `Microsoft.ML.OnnxRuntime`, and with `EosMLNet` and `libtorch-cpu-linux-x64`. Both were started {document.Pairs} times in turns, a process each time, with files in the page cache. The first has no file of libtorch. Times are medians.

            | what answers | published files | size | process start to answer | until the program begins | loading the model | answering |
            |---|---:|---:|---:|---:|---:|---:|

            """).ReplaceLineEndings("\n"));
        foreach (var row in document.Applications)
            page.Append(CultureInfo.InvariantCulture, $"| {(row.Engine == "Onnx" ? "ONNX Runtime" : "torch")} | {row.Files} | {row.Megabytes:0.0} MB | {row.FirstAnswer:0} ms | {row.Begin:0} ms | {row.Load:0} ms | {row.Answer:0} ms |\n");
        page.Append(CultureInfo.InvariantCulture, $"\nThe time with libtorch is **{document.Ratio.Median:0.00}** ({document.Ratio.Low:0.00} to {document.Ratio.High:0.00}) times that with ONNX Runtime: the median over the pairs, with its 95% interval.\n");
        return page.Append(CultureInfo.InvariantCulture, $"\nMachine: {document.Hardware}.\n").ToString();
    }
}
