using Microsoft.ML.Runtime;

namespace EosMLNet.Internals;

/// <summary>What a user is told through ML.NET's log.</summary>
internal static class HostWarnings
{
    /// <summary>Warns of some things.</summary>
    /// <param name="host">Who warns.</param>
    /// <param name="doing">What is being done.</param>
    /// <param name="remarks">A sentence each; mostly none.</param>
    public static void Warn(this IHost host, string doing, IReadOnlyList<string> remarks)
    {
        if (remarks.Count == 0)
            return;
        using var channel = host.Start(doing);
        foreach (var remark in remarks)
            channel.Warning(remark);
    }
}
