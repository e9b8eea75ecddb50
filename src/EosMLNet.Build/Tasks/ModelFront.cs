using System.Globalization;
using Microsoft.Build.Framework;

namespace EosMLNet.Build.Tasks;

/// <summary>
/// An item one of whose limits has several values, such as <c>MeanVisualTokens="64;32;16"</c>: one search for a front of plans, and an
/// artifact for each value.
/// </summary>
internal static class ModelFront
{
    /// <summary>The limits, as metadata.</summary>
    internal static readonly string[] Limits = ["MeanVisualTokens", "MeanVisualShare", "FinalVisualTokens", "MacsRatio", "KvBytesRatio",
        "LatencyMs", "LatencyFraction"];

    /// <summary>The values of the limit that has several; an empty text alone where none has.</summary>
    /// <exception cref="BuildInputException">EOS1013: two limits have several values, or a value is no number or stands twice.</exception>
    internal static IReadOnlyList<string> Values(ITaskItem model)
    {
        var several = Limits.Where(name => List(model, name).Count > 1).ToArray();
        if (several.Length == 0)
            return [""];
        if (several.Length > 1)
            throw new BuildInputException(EosErrors.InvalidOption,
                $"{several[0]} and {several[1]} both have several values; expected several of one limit only.");
        var (name, values) = (several[0], List(model, several[0]));
        // They become parts of file names.
        if (values.FirstOrDefault(value => !double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _)) is { } other)
            throw new BuildInputException(EosErrors.InvalidOption,
                $"{name} has the value '{other}'; expected numbers between semicolons, with a point and without grouping.");
        if (values.Select(value => double.Parse(value, CultureInfo.InvariantCulture)).Distinct().Count() < values.Count)
            throw new BuildInputException(EosErrors.InvalidOption, $"{name} is '{string.Join(";", values)}'; expected no value twice.");
        return values;
    }

    /// <summary>The file of one of the front's plans: <c>vqa.zip</c> of the value 16 is <c>vqa-16.zip</c>.</summary>
    internal static string Named(string file, string value)
    {
        if (value.Length == 0)
            return file;
        var name = Path.GetFileName(file);
        var end = name.IndexOf('.') is > 0 and var dot ? dot : name.Length;
        return Path.Combine(Path.GetDirectoryName(file) ?? "", $"{name.Substring(0, end)}-{value}{name.Substring(end)}");
    }

    private static IReadOnlyList<string> List(ITaskItem model, string name) =>
        [.. model.GetMetadata(name).Split(';').Select(value => value.Trim()).Where(value => value.Length > 0)];
}
