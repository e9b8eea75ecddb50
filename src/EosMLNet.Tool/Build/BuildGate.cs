using System.Globalization;
using EosMLNet.Evaluation;

namespace EosMLNet.Tool.Build;

/// <summary>What a searched plan must not lose and must win for a build to succeed.</summary>
internal sealed record BuildGate
{
    /// <summary>The most that accuracy on validation data may fall, from 0 to 1; null for no limit.</summary>
    internal double? MaxAccuracyDrop { get; init; }

    /// <summary>The same for families of questions; the empty name stands for all that are not named.</summary>
    internal IReadOnlyDictionary<string, double> MaxFamilyDrops { get; init; } = new Dictionary<string, double>();

    /// <summary>How many times as fast prefill must be, measured; null for no limit.</summary>
    internal double? MinSpeedup { get; init; }

    /// <exception cref="EosException">EOS3003: too much accuracy is lost. EOS3004: too little speed is won.</exception>
    internal void Check(BuildSummary summary)
    {
        var validation = summary.Validation;
        AccuracyGate.Check("Validation accuracy", validation.UnreducedAccuracy, validation.Accuracy, validation.Questions,
            MaxAccuracyDrop, nameof(MaxAccuracyDrop), InForm(validation) + Advice);
        foreach (var (family, fall) in validation.FamilyDrops.OrderBy(x => x.Key, StringComparer.Ordinal))
        {
            var limited = MaxFamilyDrops.TryGetValue(family, out var limit) || MaxFamilyDrops.TryGetValue("", out limit);
            if (limited && AccuracyGate.IsTooMuch(fall, limit))
                throw new EosException(EosErrors.AccuracyGate, FormattableString.Invariant(
                    $"Validation accuracy of the family '{family}' falls by {fall:0.0000}; MaxFamilyDrop allows {limit:0.####}. ")
                    + Advice);
        }
        foreach (var family in MaxFamilyDrops.Keys.Where(name => name.Length > 0 && !validation.FamilyDrops.ContainsKey(name)))
            throw new EosException(EosErrors.InvalidOption,
                $"MaxFamilyDrop names the family '{family}', which the validation data does not have. It has " +
                $"{string.Join(", ", validation.FamilyDrops.Keys.Order())}.");
        if (summary.Prefill.Speedup < MinSpeedup)
        {
            throw new EosException(EosErrors.SpeedGate, string.Create(CultureInfo.InvariantCulture,
                $"Prefill is {summary.Prefill.Speedup:0.00} times as fast ({summary.Prefill.UnreducedMilliseconds:0.00} ms unreduced, " +
                $"{summary.Prefill.Milliseconds:0.00} ms under the plan, where it was searched); MinSpeedup asks for {MinSpeedup:0.##}. ") +
                (summary.Prefill is { Speedup: < 1, Remark: { } remark } ? $"The plan is {remark} " : "") +
                "Lower the token limits, or MinSpeedup.");
        }
    }

    // Where the plan alone would have lost something else.
    private static string InForm(BuildSummary.ValidationSummary validation) =>
        validation is { Form: { } form, SearchedForm: { } searched, SearchedAccuracy: { } accuracy } && form != searched
            ? string.Create(CultureInfo.InvariantCulture,
                $"That is of answers in {form}; as it was searched, in {searched}, the plan reaches {accuracy:0.0000}. ")
            : "";

    private const string Advice = "Nothing is emitted. Raise the token limits or Steps, or allow more.";
}
