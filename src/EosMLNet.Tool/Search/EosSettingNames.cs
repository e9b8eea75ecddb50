using System.Text.RegularExpressions;
using EosMLNet.Search;

namespace EosMLNet.Tool.Search;

/// <summary>What the command line calls the settings of a search.</summary>
internal static partial class EosSettingNames
{
    /// <summary>The option: <c>--mean-visual-tokens</c>, <c>--frozen-transfer</c>, <c>--latency-table</c>.</summary>
    internal static string Of(string setting) =>
        setting == nameof(SearchSettings.CheckpointPath) ? "--checkpoint"
            : "--" + Words().Replace(SettingNames.Flat(setting), "-").ToLowerInvariant();

    [GeneratedRegex("(?<=[a-z])(?=[A-Z])")]
    private static partial Regex Words();
}
