using System.Text.Json;

namespace Benchmarks.Pictures;

/// <summary>Accuracy of one method against its cost.</summary>
/// <param name="Name">The method.</param>
/// <param name="Macs">Multiply-accumulates of the decoder's prefill in percent of the unreduced model's, ascending.</param>
/// <param name="Accuracies">Accuracy in percent, the mean over seeds.</param>
internal sealed record Curve(string Name, double[] Macs, double[] Accuracies)
{
    /// <summary>The methods of a model in a quality report, and the accuracy of the unreduced model in percent.</summary>
    /// <param name="file"><c>quality.json</c>.</param>
    /// <param name="model">The model.</param>
    internal static (IReadOnlyList<Curve> Methods, double Unreduced) Load(string file, string model = "scenes-llava")
    {
        using var document = JsonDocument.Parse(File.ReadAllText(file));
        var results = document.RootElement.GetProperty("models").GetProperty(model);
        var methods = results.GetProperty("rows").EnumerateArray()
            .GroupBy(row => row.GetProperty("method").GetString()!).Select(method =>
            {
                var budgets = method.GroupBy(row => row.GetProperty("budget").GetInt32()).OrderBy(budget => budget.Key).ToList();
                return new Curve(method.Key, [.. budgets.Select(budget => Mean(budget, "macs_ratio"))], [.. budgets.Select(budget => Mean(budget, "accuracy"))]);
            });
        return ([.. methods], 100 * results.GetProperty("unreduced").GetProperty("accuracy").GetDouble());
    }

    private static double Mean(IEnumerable<JsonElement> rows, string name) => 100 * rows.Average(row => row.GetProperty(name).GetDouble());
}
