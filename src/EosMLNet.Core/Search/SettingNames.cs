namespace EosMLNet.Search;

/// <summary>What settings are called, from <see cref="SearchSettings"/> on.</summary>
public static class SettingNames
{
    private const string Constraints = nameof(SearchSettings.Constraints) + ".";

    /// <summary>The property alone, for those who use the search itself: <c>MeanVisualTokens</c>, <c>Frozen.Transfer</c>.</summary>
    /// <param name="setting">The setting, from <see cref="SearchSettings"/> on.</param>
    public static string Own(string setting) =>
        setting.StartsWith(Constraints, StringComparison.Ordinal) ? setting[Constraints.Length..] : setting;

    /// <summary>
    /// The setting in one word, as a build's metadata and, in lower case with dashes, the command line have it: <c>MeanVisualTokens</c>,
    /// <c>FrozenTransfer</c>, <c>LatencyTable</c>.
    /// </summary>
    /// <param name="setting">The setting, from <see cref="SearchSettings"/> on.</param>
    public static string Flat(string setting) => Own(setting) switch
    {
        nameof(SearchConstraints.Latency) => "LatencyTable",
        $"{nameof(SearchSettings.Frozen)}.{nameof(FrozenParameters.UniformKeep)}" => nameof(FrozenParameters.UniformKeep),
        var own => own.Replace(".", "", StringComparison.Ordinal),
    };

    /// <summary>The setting that is the limit of this kind: <c>Constraints.MeanVisualTokens</c>.</summary>
    /// <param name="kind">The kind.</param>
    public static string Of(ConstraintKind kind) => Constraints + kind.Name;
}
