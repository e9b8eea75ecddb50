using System.Globalization;
using System.Text;

namespace Benchmarks.Backbones;

/// <summary>Writes <c>backbones.md</c>.</summary>
internal static class BackbonePage
{
    internal static string Write(BackboneDocument document)
    {
        var rows = document.Rows;
        var whole = rows.First(row => row.Kind == "unreduced");
        string[] sizes = [.. whole.BySize.Keys], families = [.. whole.ByFamily.Keys];
        var page = new StringBuilder(FormattableString.Invariant($"""
            # Another backbone: images with different numbers of visual tokens

            Written by `dotnet run --project tests/Benchmarks -c Release -- backbones`; the numbers are in `backbones.json` beside this page. The model is the sample's `scenes-qwen`, of the shape of Qwen2.5-VL: a visual
            token for 12 x 12 pixels, so 144 of an image of 144 x 144 and 192 of one of 144 x 192. Each image keeps one ninth of its own tokens in the mean over the layers. {document.TestQuestions} questions about {document.TestImages} images that
            no search saw; searches learn from {document.SearchImages}, in {document.Steps} steps. Accuracy is the mean of the eight question families' shares of right answers. Presets have a plan for each size, since some of them
            cannot take their counts as parts of an image's tokens; a searched plan serves all sizes.

            | method | seed | accuracy | of unreduced | {string.Join(" | ", sizes)} | mean tokens | seconds | sites |
            |---|---:|---:|---:|{string.Concat(sizes.Select(_ => "---:|"))}---:|---:|---|

            """).ReplaceLineEndings("\n"));
        foreach (var row in Ordered(rows))
        {
            page.Append(CultureInfo.InvariantCulture,
                $"| {row.Method} | {(row.Seed > 0 ? row.Seed : "")} | {Percent(row.Accuracy)} | {Percent(row.Accuracy / whole.Accuracy)} | " +
                $"{string.Join(" | ", sizes.Select(size => Percent(row.BySize[size])))} | {Percent(row.Share)} | {(row.Seconds > 0 ? $"{row.Seconds:f0}" : "")} | {row.Plan} |\n");
        }
        page.Append("\nBy family:\n\n").Append($"| method | {string.Join(" | ", families)} |\n|---|{string.Concat(families.Select(_ => "---:|"))}\n");
        foreach (var row in Ordered(rows))
            page.Append($"| {row.Method}{(row.Seed > 0 ? $", seed {row.Seed}" : "")} | {string.Join(" | ", families.Select(family => Percent(row.ByFamily[family])))} |\n");
        if (document.Refused.Count > 0)
            page.Append("\nMethods that such a model cannot have:\n\n").Append(string.Concat(document.Refused.Select(line => $"- {line}\n")));
        return page.Append(CultureInfo.InvariantCulture, $"\nMachine: {document.Hardware}.\n").ToString();
    }

    private static IEnumerable<BackboneRow> Ordered(IReadOnlyList<BackboneRow> rows) => rows.OrderByDescending(row => row.Accuracy);

    private static string Percent(double share) => (100 * share).ToString("f1", CultureInfo.InvariantCulture) + " %";
}
