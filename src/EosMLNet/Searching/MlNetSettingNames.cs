using EosMLNet.Search;

namespace EosMLNet;

/// <summary>What <see cref="OperatorSearchOptions"/> calls the settings of the search.</summary>
internal static class MlNetSettingNames
{
    /// <summary>The option: <c>Constraints.MeanVisualTokens</c>, <c>LatencyBatch</c>, <c>Frozen.Transfer</c>, <c>Steps</c>.</summary>
    internal static string Of(string setting) => SettingNames.Own(setting) switch
    {
        nameof(SearchConstraints.Latency) => nameof(OperatorSearchOptions.LatencyTable),
        nameof(SearchConstraints.LatencyTextTokens) => nameof(OperatorSearchOptions.LatencyTextTokens),
        nameof(SearchConstraints.LatencyBatch) => nameof(OperatorSearchOptions.LatencyBatch),
        _ => setting, // the other constraints are in Constraints here too
    };
}
