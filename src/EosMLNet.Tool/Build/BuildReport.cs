using System.Globalization;

namespace EosMLNet.Tool.Build;

/// <summary>
/// What a build has made, in a few lines for people: tokens and cost, accuracy, the gate, speed. None is longer than 76 characters, so that
/// it fits a terminal with its indentation.
/// </summary>
internal static class BuildReport
{
    private const int Columns = 76;

    internal static IEnumerable<string> Lines(BuildSummary summary, BuildGate gate)
    {
        var (tokens, validation) = (summary.Tokens, summary.Validation);
        yield return Text(
            $"{tokens.Mean:0.#} visual tokens a layer, {tokens.Final} at the end, {100 * tokens.MacsRatio:0.#} % of the MACs");
        var (accuracy, unreduced) = (100 * validation.Accuracy, 100 * validation.UnreducedAccuracy);
        var (form, before) = (validation.Form is { } one ? $" in {one}" : "",
            validation.SearchedForm is { } other && other != validation.Form ? $" in {other}" : "");
        foreach (var line in Wrapped(
            Text($"accuracy {accuracy:0.0} %{form}, unreduced {unreduced:0.0} %{before}, over {validation.Questions} questions")))
            yield return line;
        yield return Passed(gate);
        var remark = summary.Prefill.Remark
            ?? (summary.Prefill.Speedup >= 1 ? Text($"{summary.Prefill.Speedup:0.00} times as fast as unreduced")
                : "slower than unreduced on this machine");
        var (spent, whole) = (summary.Prefill.Milliseconds, summary.Prefill.UnreducedMilliseconds);
        var said = $"{char.ToLowerInvariant(remark[0])}{remark[1..]}";
        foreach (var line in Wrapped(Text($"prefill {spent:0.0#} ms, unreduced {whole:0.0#} ms: {said}")))
            yield return line;
    }

    /// <summary>A text in lines of at most 76 characters, broken between words.</summary>
    internal static IEnumerable<string> Wrapped(string text)
    {
        var line = "";
        foreach (var word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > Columns)
            {
                yield return line;
                line = "";
            }
            line += line.Length == 0 ? word : $" {word}";
        }
        yield return line;
    }

    private static string Passed(BuildGate gate)
    {
        List<string> limits = [];
        if (gate.MaxAccuracyDrop is { } drop)
            limits.Add(Text($"at most {100 * drop:0.##} points less accuracy"));
        if (gate.MaxFamilyDrops.Count > 0)
            limits.Add("limits on families");
        if (gate.MinSpeedup is { } speedup)
            limits.Add(Text($"at least {speedup:0.##} times as fast"));
        return limits.Count == 0 ? "no gate is set" : $"gate passed: {string.Join(", ", limits)}";
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
