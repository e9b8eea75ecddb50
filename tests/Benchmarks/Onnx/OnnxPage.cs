using System.Globalization;
using System.Text;

namespace Benchmarks.Onnx;

/// <summary>Writes <c>onnx.md</c>.</summary>
internal static class OnnxPage
{
    internal static string Write(OnnxDocument document)
    {
        var models = document.Answers.GroupBy(row => row.Model);
        var page = new StringBuilder(FormattableString.Invariant($"""
            # Answers by ONNX Runtime

            Written by `dotnet run --project tests/Benchmarks -c Release -- onnx`; the numbers are in `onnx.json` beside this page. The sample's models answer questions that no search saw ({string.Join(", ", models.Select(rows => FormattableString.Invariant($"{rows.Key}: {rows.First().Questions}")))}),
            by torch and by ONNX Runtime, both in float32. "Different" are answers with other token ids; "widest tie" is how far the logits of the two tokens are apart, at most, where such answers part. Presets
            keep 48 of 144 visual tokens of scenes-llava in the mean over the layers, and one ninth of those of scenes-qwen, whose images have 144 or 192; searched plans of scenes-qwen keep one ninth, too.

            | model | plan | questions | different | widest tie | accuracy, torch | accuracy, ONNX Runtime |
            |---|---|---:|---:|---:|---:|---:|

            """).ReplaceLineEndings("\n"));
        foreach (var row in document.Answers)
            page.Append(CultureInfo.InvariantCulture, $"| {row.Model} | {row.Plan} | {row.Questions} | {row.Different} | {(row.Different == 0 ? "" : $"{row.WidestTie:0.0e0}")} | {row.TorchAccuracy:p2} | {row.OnnxAccuracy:p2} |\n");
        if (document.Refused.Count > 0)
            page.Append("\nPlans that a model cannot have, and that both engines refuse with the same code:\n\n").Append(string.Concat(document.Refused.Select(row => $"- {row.Model}, {row.Plan}: {row.Message}\n")));
        page.Append("\nscenes-llava question by question, from image and text to the answer; five questions a turn, with a rest between the turns. Both engines have as many threads as they take by themselves, one a core:\n\n| plan | torch | ONNX Runtime | torch's time over ONNX Runtime's |\n|---|---:|---:|---:|\n");
        foreach (var row in document.Speeds)
            page.Append(CultureInfo.InvariantCulture, $"| {row.Plan} | {row.TorchMs:0.0} ms | {row.OnnxMs:0.0} ms | {row.Ratio.Median:0.00} ({row.Ratio.Low:0.00} to {row.Ratio.High:0.00}) |\n");
        return page.Append(CultureInfo.InvariantCulture, $"\nMachine: {document.Hardware}.\n").ToString();
    }
}
