using EosMLNet.Reduction;

namespace EosMLNet.Search;

/// <summary>What settings are called, from <see cref="SearchSettings"/> on.</summary>
internal static class SettingNames
{
    private const string Constraints = nameof(SearchSettings.Constraints) + ".";

    /// <summary>The property alone, for those who use the search itself: <c>MeanVisualTokens</c>, <c>Frozen.Transfer</c>.</summary>
    internal static string Own(string setting) => setting.StartsWith(Constraints, StringComparison.Ordinal) ? setting[Constraints.Length..] : setting;

    /// <summary>The setting that limits what this kind of constraint is on.</summary>
    internal static string Of(ConstraintKind kind) => Constraints + kind;
}
