using System.Globalization;

namespace EosMLNet.Tool.Build;

/// <summary>What a build has made, in a few lines for people: tokens and cost, accuracy, the gate, speed. None is longer than 76 characters, so that it fits a terminal with its indentation.</summary>
internal static class BuildReport
{
    internal static IEnumerable<string> Lines(BuildSummary summary, BuildGate gate)
    {
        var (tokens, validation) = (summary.Tokens, summary.Validation);
        yield return Text($"{tokens.Mean:0.#} visual tokens a layer, {tokens.Final} at the end, {100 * tokens.MacsRatio:0.#} % of the MACs");
        yield return Text($"accuracy {100 * validation.Accuracy:0.0} %, unreduced {100 * validation.UnreducedAccuracy:0.0} %, over {validation.Questions} questions");
        yield return Passed(gate);
        foreach (var line in Speed(summary.Prefill))
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

    // "0.56 times as fast" reads as if something was won.
    private static IEnumerable<string> Speed(BuildSummary.PrefillSummary prefill)
    {
        if (prefill.Speedup >= 1)
        {
            yield return Text($"prefill {prefill.Speedup:0.00} times as fast as unreduced, measured where it was searched");
            yield break;
        }
        yield return Text($"slower than unreduced on this machine: prefill {prefill.Milliseconds:0.0} ms, not {prefill.UnreducedMilliseconds:0.0} ms;");
        yield return "choosing tokens costs more here than fewer tokens save";
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
